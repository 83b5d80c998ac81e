import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { OAuthError, parseBasicCredentials } from '@countersign/oauth';
import { testIssuer, type TestIssuer, type TestIssuerOptions } from './tokens.js';

export interface ServeTestIssuerOptions extends TestIssuerOptions {
  /** Default: any free one. Always on loopback. */
  port?: number;
  /** Secret by client id: who may ask for a token. Each gets what it asks for. */
  clients?: Readonly<Record<string, string>>;
}

export interface ServedTestIssuer extends TestIssuer {
  close(): Promise<void>;
}

const MAX_FORM_BYTES = 64 * 1024;

/** The test issuer on loopback: metadata, keys, and where `clients` are named a token endpoint for client_credentials. */
export async function serveTestIssuer(options: ServeTestIssuerOptions = {}): Promise<ServedTestIssuer> {
  const server = createServer();
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer = await testIssuer({ ...options, issuer: options.issuer ?? `http://localhost:${port}` });
  const endpoints = new Endpoints(issuer, options.clients ?? {});
  server.on('request', (request: IncomingMessage, response: ServerResponse) => void endpoints.answer(request, response));
  return { ...issuer, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

class Endpoints {
  private readonly documents: Readonly<Record<string, object>>;

  constructor(
    private readonly issuer: TestIssuer,
    private readonly clients: Readonly<Record<string, string>>,
  ) {
    const metadata = metadataOf(issuer);
    this.documents = {
      '/.well-known/oauth-authorization-server': metadata,
      '/.well-known/openid-configuration': metadata,
      '/.well-known/jwks.json': issuer.jwks,
    };
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const document = this.documents[path];
    if (document) return send(response, 200, document);
    if (path !== '/oauth/token') return send(response, 404, { error: 'not_found' });
    try {
      return send(response, 200, await this.token(request));
    } catch (error) {
      const failure = error instanceof OAuthError ? error : new OAuthError('server_error', 'Something unexpected happened.');
      return send(response, failure.status, failure.toJSON());
    }
  }

  /** RFC 6749 §4.4.2. */
  private async token(request: IncomingMessage): Promise<object> {
    const form = new URLSearchParams(await readBody(request));
    const clientId = this.authenticate(form, request.headers.authorization ?? '');
    if (form.get('grant_type') !== 'client_credentials')
      throw new OAuthError('unsupported_grant_type', 'Only client_credentials is known.');
    const audience = form.get('audience') ?? form.get('resource');
    const scope = form.get('scope');
    const access_token = await this.issuer.tokenFor({
      ...(audience !== null && { audience }),
      ...(scope !== null && { scopes: scope.split(' ') }),
      claims: { sub: clientId, client_id: clientId },
    });
    return { access_token, token_type: 'Bearer', expires_in: 3600, ...(scope !== null && { scope }) };
  }

  /** By Basic or by form (RFC 6749 §2.3.1). @returns the client id */
  private authenticate(form: URLSearchParams, authorization: string): string {
    const { clientId, clientSecret } = parseBasicCredentials(authorization) ?? {
      clientId: form.get('client_id') ?? '',
      clientSecret: form.get('client_secret') ?? '',
    };
    const secret = Object.hasOwn(this.clients, clientId) ? this.clients[clientId] : undefined;
    if (secret === undefined || !equal(secret, clientSecret)) throw new OAuthError('invalid_client', 'Client authentication failed.');
    return clientId;
  }
}

function metadataOf({ issuer }: TestIssuer): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    token_endpoint: `${issuer}/oauth/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_FORM_BYTES) throw new OAuthError('invalid_request', 'The form is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
