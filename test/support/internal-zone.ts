import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Operator } from './builders.js';
import type { TestServer } from './countersign.js';
import { aClientKey, type ClientKey } from './public-keys.js';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TlsAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: T;
  readonly text: string;
}

export interface TlsRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
  /** A client certificate and its key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string | undefined;
}

/** A request to a TLS listener of the server, whose own certificate is trusted and no other. */
export function tlsRequest<T = Record<string, unknown>>(server: TestServer, url: string, options: TlsRequest = {}): Promise<TlsAnswer<T>> {
  const ca = ['internal', 'mtls'].map((name) => readFileSync(join(server.files.dataDir, `${name}-tls.crt`), 'utf8'));
  const { method = 'GET', body, cert, key, token } = options;
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(typeof body === 'object' && { 'content-type': 'application/json' }),
    ...(text !== undefined && { 'content-length': String(Buffer.byteLength(text)) }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ca, agent: false, ...(cert && { cert }), ...(key && { key }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        const json = String(response.headers['content-type']).includes('json') && answer !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: (json ? JSON.parse(answer) : {}) as T,
          text: answer,
        });
      });
    });
    sent.once('error', reject).end(text);
  });
}

export interface MicroserviceMade {
  readonly id: string;
  readonly name: string;
  readonly key: ClientKey;
}

/** A microservice with private_key_jwt. */
export async function aMicroservice(operator: Operator, name: string): Promise<MicroserviceMade> {
  const key = await aClientKey('ES256');
  const { id } = await operator.aMicroservice({ name, auth_method: 'private_key_jwt', jwks: key.jwks });
  return { id, name, key };
}

export interface PolicyMade {
  readonly id: string;
  readonly scopes: string[];
  readonly org_mode: string;
}

export function aCallPolicy(operator: Operator, fields: Record<string, unknown>): Promise<PolicyMade> {
  return operator.create('/v1/call-policies', { org_mode: 'none', ...fields });
}

/** A client assertion of RFC 7523 §2.2. */
export function assertionOf({ id, key }: MicroserviceMade, audience: string): Promise<string> {
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(key.privateKey);
}

/** A client_credentials request of a microservice at the internal token endpoint. */
export async function requestInternalToken(
  server: TestServer,
  service: MicroserviceMade,
  parameters: Record<string, string>,
  at = server.internalUrl,
  headers: Readonly<Record<string, string>> = {},
): Promise<TlsAnswer> {
  const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertionOf(service, server.internalUrl) };
  return postFormTls(server, `${at}/oauth/token`, { grant_type: 'client_credentials', ...assertion, ...parameters }, { headers });
}

export function postFormTls(server: TestServer, url: string, form: Record<string, string>, more: TlsRequest = {}): Promise<TlsAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...more.headers };
  return tlsRequest(server, url, { ...more, method: 'POST', headers, body: new URLSearchParams(form).toString() });
}

/** An access token, or the test fails here with the server's words. */
export async function internalTokenOf(server: TestServer, service: MicroserviceMade, parameters: Record<string, string>): Promise<string> {
  const answer = await requestInternalToken(server, service, parameters);
  if (answer.status !== 200) throw new Error(`No token: ${answer.status} ${answer.text}`);
  return String(answer.body['access_token']);
}
