import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';
import { makeRequest } from './certificates.js';
import { freePort } from './launch.js';
import type { Operator } from './builders.js';
import type { TestServer } from './countersign.js';

/** Ports of its own for the TLS listeners of a test's server. */
export async function tlsListeners(): Promise<{ environment: Record<string, string>; internalUrl: string; mtlsUrl: string }> {
  const [internal, mtls] = [await freePort(), await freePort()];
  const [internalUrl, mtlsUrl] = [`https://localhost:${internal}`, `https://localhost:${mtls}`];
  const environment = { INTERNAL_PORT: String(internal), INTERNAL_URL: internalUrl, MTLS_PORT: String(mtls), MTLS_URL: mtlsUrl };
  return { environment: { ...environment, TRUST_DOMAIN: 'test.example' }, internalUrl, mtlsUrl };
}

/** What a service shows in TLS. */
export interface TlsClient {
  readonly cert: string;
  readonly key: string;
}

export interface TlsAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Call {
  readonly method?: 'GET' | 'POST';
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly client?: TlsClient | undefined;
  /** Default: internal. */
  readonly listener?: 'internal' | 'mtls';
  /** Keeps its connections. */
  readonly agent?: Agent;
}

/** A request to a TLS listener, whose own certificate is trusted and no other. */
export function callTls(server: TestServer, url: string, { form, json, token, client, ...call }: Call = {}): Promise<TlsAnswer> {
  const ca = readFileSync(join(server.files.dataDir, `${call.listener ?? 'internal'}-tls.crt`), 'utf8');
  const text = form ? new URLSearchParams(form).toString() : json === undefined ? undefined : JSON.stringify(json);
  const headers = {
    ...(text !== undefined && { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...call.headers,
  };
  const method = call.method ?? (text === undefined ? 'GET' : 'POST');
  return new Promise((resolve, reject) => {
    request(url, { method, headers, ca, agent: call.agent ?? false, ...client }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: answer.startsWith('{') ? (JSON.parse(answer) as Record<string, unknown>) : {} });
      });
    })
      .once('error', reject)
      .end(text);
  });
}

export interface Service extends TlsClient {
  readonly id: string;
  readonly name: string;
}

export async function aJoinToken(operator: Operator, microserviceId: string, fields: object = {}): Promise<string> {
  const made = await operator.create<{ join_token: string }>(`/v1/microservices/${microserviceId}/join-tokens`, fields);
  return made.join_token;
}

export async function keyInPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
}

/** A microservice that authenticates by certificate and has its first one. */
export async function aService(server: TestServer, operator: Operator, internalUrl: string, name: string): Promise<Service> {
  const { id } = await operator.aMicroservice({ name });
  const join_token = await aJoinToken(operator, id);
  const { pem, keys } = await makeRequest();
  const { status, body } = await callTls(server, `${internalUrl}/certificates`, { json: { certificate_request: pem, join_token } });
  if (status !== 201) throw new Error(`No certificate: ${status} ${JSON.stringify(body)}`);
  return { id, name, cert: String(body['certificate']), key: await keyInPem(keys) };
}
