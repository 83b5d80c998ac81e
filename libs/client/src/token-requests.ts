import { ACCESS_TOKEN_TYPE, namedUrl, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import { IssuedToken } from './access-token.js';
import { askIssuer, type IssuerConnection } from './ask-issuer.js';
import type { ClientAuthentication, ClientCredentials } from './client-authentication.js';
import { Stopwatch } from './clock.js';
import { isProofRefusal, type DpopProofs, type MadeProof } from './dpop/dpop-proofs.js';
import { TokenRequestFailed } from './token-request-failed.js';
import { readTokenResponse } from './token-response.js';
import type { NormalTarget } from './token-target.js';

const REFRESH_AT = 0.8;
const JITTER = 0.04;

export interface RequestingClient {
  issuer: string;
  clientId: string;
  auth: ClientAuthentication;
  fetchFrom?: string;
}

type Body = Record<string, unknown>;

/** RFC 6749 §4.4 and RFC 8693: asks for a token, each time anew. */
export class TokenRequests {
  constructor(
    private readonly client: RequestingClient,
    private readonly endpoint: { locate(): Promise<string> },
    private readonly connection: IssuerConnection,
    private readonly random: () => number,
    private readonly dpop?: DpopProofs,
  ) {}

  /** @throws TokenRequestFailed */
  async issue(target: NormalTarget): Promise<IssuedToken> {
    const url = await this.endpoint.locate();
    const age = new Stopwatch(this.connection.clock);
    const body = this.dpop ? await this.askWithProof(url, target, this.dpop) : await this.ask(url, target);
    const asked = { tokenType: this.dpop ? 'DPoP' : 'Bearer', scope: target.scope ?? '' } as const;
    const { lifetimeMs, ...token } = readTokenResponse(body, asked);
    const expiresAt = new Date(age.startedAtMs + lifetimeMs);
    // Programs that started together do not come back together.
    const refreshAt = REFRESH_AT + JITTER * (2 * this.random() - 1);
    return new IssuedToken(Object.freeze({ ...token, expiresAt }), { age, lifetimeMs, refreshAt });
  }

  private async ask(url: string, target: NormalTarget, more: Record<string, string> = {}, connection = this.connection): Promise<Body> {
    const init = requestOf(target, await this.credentials(url));
    return askIssuer(url, { ...init, headers: { ...init.headers, ...more } }, connection);
  }

  /** T22: once more, and no more, where the server gives a nonce that the proof did not hold (RFC 9449 §8). */
  private async askWithProof(url: string, target: NormalTarget, dpop: DpopProofs): Promise<Body> {
    // The issuer knows itself by its name, wherever it is reached.
    const server = { method: 'POST', url: namedUrl(url, this.client), audience: this.client.issuer };
    const seen: { other?: string | undefined } = {};
    const send = ({ proof, nonce }: MadeProof): Promise<Body> => {
      const onHeaders = (headers: Headers): void => void (seen.other = dpop.note(server, nonce, headers));
      return this.ask(url, target, { dpop: proof }, { ...this.connection, onHeaders });
    };
    try {
      return await send(await dpop.make(server));
    } catch (error) {
      if (!(error instanceof TokenRequestFailed && isProofRefusal(error.code) && seen.other !== undefined)) throw error;
      return send(await dpop.make(server, seen.other));
    }
  }

  private async credentials(tokenEndpoint: string): Promise<ClientCredentials> {
    const { clientId, issuer, auth } = this.client;
    try {
      return await auth.authenticate({ clientId, issuer, tokenEndpoint, nowMs: this.connection.clock.epochMs() });
    } catch (cause) {
      throw new TokenRequestFailed(`The credentials for ${auth.name} could not be had.`, { cause });
    }
  }
}

function requestOf(
  { audience, scope, subjectToken, orgId }: NormalTarget,
  { headers, parameters }: ClientCredentials,
): { method: string; headers: Record<string, string>; body: string } {
  const form = new URLSearchParams({ ...parameters, ...grantOf(subjectToken) });
  if (audience !== undefined) form.set('audience', audience);
  if (scope !== undefined) form.set('scope', scope);
  if (orgId !== undefined) form.set('org_id', orgId);
  const contentType = 'application/x-www-form-urlencoded';
  return { method: 'POST', headers: { ...headers, accept: 'application/json', 'content-type': contentType }, body: form.toString() };
}

function grantOf(subjectToken: string | undefined): Record<string, string> {
  if (subjectToken === undefined) return { grant_type: 'client_credentials' };
  // RFC 8693 §2.1
  return { grant_type: TOKEN_EXCHANGE_GRANT_TYPE, subject_token: subjectToken, subject_token_type: ACCESS_TOKEN_TYPE };
}
