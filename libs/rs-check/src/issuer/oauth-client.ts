import { formatBasicCredentials } from '@countersign/oauth';
import { SetupError } from '../setup-error.js';
import { fetchJson, type JsonAnswer } from './fetch-json.js';
import type { IssuerMetadata } from './issuer-metadata.js';

export interface ClientCredential {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A client of the issuer: gets tokens and gives them back. */
export class OAuthClient {
  constructor(
    private readonly metadata: IssuerMetadata,
    private readonly credential: ClientCredential,
    private readonly allowHttp: boolean,
  ) {}

  get clientId(): string {
    return this.credential.clientId;
  }

  get canRevoke(): boolean {
    return this.metadata.revocationEndpoint !== undefined;
  }

  /** A token by client_credentials (RFC 6749 §4.4). @throws SetupError with the issuer's words. */
  async token(audience: string, scopes: readonly string[]): Promise<string> {
    const answer = await this.post(this.metadata.tokenEndpoint, 'token_endpoint', {
      grant_type: 'client_credentials',
      audience,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    });
    const token = answer.body['access_token'];
    if (answer.status !== 200 || typeof token !== 'string')
      throw new SetupError(`The issuer gave ${this.clientId} no token: ${wordsOf(answer)}`);
    return token;
  }

  /** RFC 7009. @throws SetupError with the issuer's words. */
  async revoke(token: string): Promise<void> {
    const answer = await this.post(this.metadata.revocationEndpoint, 'revocation_endpoint', { token });
    if (answer.status !== 200) throw new SetupError(`The issuer did not revoke the token of ${this.clientId}: ${wordsOf(answer)}`);
  }

  private post(endpoint: string | undefined, name: string, form: Record<string, string>): Promise<JsonAnswer> {
    if (endpoint === undefined) throw new SetupError(`The metadata of the issuer names no ${name}.`);
    return fetchJson(endpoint, {
      allowHttp: this.allowHttp,
      method: 'POST',
      headers: { authorization: formatBasicCredentials(this.credential), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  }
}

/** What an OAuth endpoint or a management API says of a failure. */
export function wordsOf({ status, body }: JsonAnswer): string {
  const words = [body['error'] ?? body['code'], body['error_description'] ?? body['detail']].filter((word) => typeof word === 'string');
  return [String(status), ...words].join(' ');
}
