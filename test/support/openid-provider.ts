import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface ProviderClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Grant {
  readonly request: URLSearchParams;
  readonly claims: JWTPayload;
}

/** An OpenID provider on this machine: the code flow with PKCE, strictly, and whatever a test makes of it. */
export class OpenIdProvider {
  /** `METHOD path` of what was asked for. */
  readonly requests: string[] = [];
  /** Bodies and Authorization headers of token requests. */
  readonly tokenRequests: { body: URLSearchParams; authorization: string | undefined }[] = [];
  readonly client: ProviderClient = { clientId: 'countersign', clientSecret: 'the secret of countersign there: 100%' };
  /** Members of the discovery document that replace ours. */
  discovery: Record<string, unknown> = {};
  /** What becomes of the claims of an ID token before it is signed. */
  onIdToken: (claims: JWTPayload) => JWTPayload = (claims) => claims;
  /** Another key than the published one. */
  signingKey: CryptoKey | undefined;
  userinfo: Record<string, unknown> | undefined;
  private readonly grants = new Map<string, Grant>();

  private constructor(
    readonly url: string,
    private readonly jwk: JWK,
    private readonly key: CryptoKey,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<OpenIdProvider> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' };
    const server = createServer((request, response) => {
      provider.serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const provider = new OpenIdProvider(url, jwk, privateKey, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return provider;
  }

  stop(): Promise<void> {
    return this.close();
  }

  /** What the person does there: they were sent to `address`, sign in, and are sent back. @returns the address to go on to */
  signIn(address: string, claims: JWTPayload): string {
    const { origin, pathname, searchParams: request } = new URL(address);
    if (origin + pathname !== `${this.url}/authorize`) throw new Error(`${address} is not our authorization endpoint.`);
    if (request.get('client_id') !== this.client.clientId || request.get('response_type') !== 'code')
      throw new Error(`The request is not one of our client: ${address}`);
    const code = randomUUID();
    this.grants.set(code, { request, claims });
    const back = new URL(request.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', request.get('state') ?? '');
    back.searchParams.set('iss', this.url);
    return back.href;
  }

  async idToken(claims: JWTPayload, nonce: string | null): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const standard = { iss: this.url, aud: this.client.clientId, iat: now, exp: now + 300, ...(nonce !== null && { nonce }) };
    return new SignJWT(this.onIdToken({ ...standard, ...claims }))
      .setProtectedHeader({ alg: 'RS256', kid: String(this.jwk.kid) })
      .sign(this.signingKey ?? this.key);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.url);
    this.requests.push(`${request.method} ${pathname}`);
    const body = new URLSearchParams(await textOf(request));
    const send = (status: number, document: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    };
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return send(200, { ...this.metadata(), ...this.discovery });
      case '/keys':
        return send(200, { keys: [this.jwk] });
      case '/token':
        this.tokenRequests.push({ body, authorization: request.headers.authorization });
        return send(...(await this.answerToken(body, request.headers.authorization)));
      case '/userinfo':
        return send(this.userinfo ? 200 : 404, this.userinfo ?? {});
      default:
        return send(404, {});
    }
  }

  private metadata(): Record<string, unknown> {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      userinfo_endpoint: `${this.url}/userinfo`,
      jwks_uri: `${this.url}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  private async answerToken(body: URLSearchParams, authorization: string | undefined): Promise<[number, unknown]> {
    const { clientId, clientSecret } = this.client;
    const encode = (text: string): string => new URLSearchParams([[text, '']]).toString().slice(0, -1);
    const basic = `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
    const posted = body.get('client_id') === clientId && body.get('client_secret') === clientSecret;
    if (decoded(authorization) !== decoded(basic) && !posted) return [401, { error: 'invalid_client' }];
    const grant = this.grants.get(body.get('code') ?? '');
    this.grants.delete(body.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      !grant ||
      grant.request.get('code_challenge_method') !== 'S256' ||
      grant.request.get('code_challenge') !== challenge ||
      grant.request.get('redirect_uri') !== body.get('redirect_uri')
    )
      return [400, { error: 'invalid_grant' }];
    const idToken = await this.idToken(grant.claims, grant.request.get('nonce'));
    return [200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: idToken }];
  }
}

/** Clients may percent-encode more than they must. */
function decoded(authorization: string | undefined): string {
  return decodeURIComponent(
    Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString('utf8')
      .replaceAll('+', ' '),
  );
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
