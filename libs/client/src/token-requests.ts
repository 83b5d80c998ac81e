import { ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import { IssuedToken } from './access-token.js';
import { askIssuer, type IssuerConnection } from './ask-issuer.js';
import type { ClientAuthentication, ClientCredentials } from './client-authentication.js';
import { Stopwatch } from './clock.js';
import { TokenRequestFailed } from './token-request-failed.js';
import { readTokenResponse } from './token-response.js';
import type { NormalTarget } from './token-target.js';

const REFRESH_AT = 0.8;
const JITTER = 0.04;

export interface RequestingClient {
  issuer: string;
  clientId: string;
  auth: ClientAuthentication;
}

/** RFC 6749 §4.4 and RFC 8693: asks for a token, each time anew. */
export class TokenRequests {
  constructor(
    private readonly client: RequestingClient,
    private readonly endpoint: { locate(): Promise<string> },
    private readonly connection: IssuerConnection,
    private readonly random: () => number,
  ) {}

  /** @throws TokenRequestFailed */
  async issue(target: NormalTarget): Promise<IssuedToken> {
    const url = await this.endpoint.locate();
    const init = requestOf(target, await this.credentials(url));
    const age = new Stopwatch(this.connection.clock);
    const { lifetimeMs, ...token } = readTokenResponse(await askIssuer(url, init, this.connection), target.scope ?? '');
    const expiresAt = new Date(age.startedAtMs + lifetimeMs);
    // Programs that started together do not come back together.
    const refreshAt = REFRESH_AT + JITTER * (2 * this.random() - 1);
    return new IssuedToken(Object.freeze({ ...token, expiresAt }), { age, lifetimeMs, refreshAt });
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

function requestOf({ audience, scope, subjectToken, orgId }: NormalTarget, { headers, parameters }: ClientCredentials): RequestInit {
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
