import * as client from 'openid-client';
import type { Settings } from './settings.js';

const RENEW_BEFORE_END_MS = 60_000;

/** What has to be known again when the person comes back. It never leaves this server. */
export interface Attempt {
  readonly state: string;
  readonly codeVerifier: string;
}

/** What one person allowed, for as long as they leave it so. */
export interface Connection {
  accessToken: string;
  refreshToken: string;
  /** What was allowed; it may be less than what was asked for. */
  scopes: readonly string[];
  endsAt: Date;
  renewals: number;
  /** The renewal that is under way, which whoever needs one waits for. */
  renewing?: Promise<void> | undefined;
}

/** The person, or an administrator of theirs, took back what was allowed. */
export class NoLongerConnected extends Error {}

/** They changed it in the last seconds: tokens of the moment itself are not taken. */
export class JustChanged extends Error {}

/** All of OAuth that a partner needs: send away, take back, renew, give back. */
export class Countersign {
  private configuration: Promise<client.Configuration> | undefined;

  constructor(private readonly settings: Settings) {}

  /**
   * Where to send the browser. The request itself goes from server to server (PAR), so that nobody can read or change it on the way.
   * @param isConnected whoever is connected already comes to change what is allowed, and is asked again
   */
  async begin(isConnected: boolean): Promise<{ url: URL; attempt: Attempt }> {
    const attempt = { state: client.randomState(), codeVerifier: client.randomPKCECodeVerifier() };
    const url = await client.buildAuthorizationUrlWithPAR(await this.discover(), {
      redirect_uri: this.redirectUri,
      resource: this.settings.api,
      scope: this.settings.scope,
      state: attempt.state,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
      ...(isConnected && { prompt: 'consent' }),
    });
    return { url, attempt };
  }

  /** @param answer the query with which the browser came back; state and issuer are checked before the code is used */
  async finish(answer: string, { state, codeVerifier }: Attempt): Promise<Connection> {
    const tokens = await client.authorizationCodeGrant(await this.discover(), new URL(answer, this.redirectUri), {
      expectedState: state,
      pkceCodeVerifier: codeVerifier,
    });
    return { renewals: 0, ...storedFrom(tokens) };
  }

  /** A token that is good for the next minute. @throws NoLongerConnected */
  async accessToken(connection: Connection): Promise<string> {
    if (connection.endsAt.getTime() - RENEW_BEFORE_END_MS < Date.now()) await this.renew(connection);
    return connection.accessToken;
  }

  /** One renewal at a time: a refresh token is good once. @throws NoLongerConnected */
  async renew(connection: Connection): Promise<void> {
    connection.renewing ??= this.refresh(connection).finally(() => (connection.renewing = undefined));
    await connection.renewing;
  }

  /** Ends what the person allowed to this browser session: the refresh token, and every token that came of it. */
  async disconnect({ refreshToken }: Connection): Promise<void> {
    await client.tokenRevocation(await this.discover(), refreshToken, { token_type_hint: 'refresh_token' });
  }

  private async refresh(connection: Connection): Promise<void> {
    const configuration = await this.discover();
    const attempt = (): Promise<client.TokenEndpointResponse> => client.refreshTokenGrant(configuration, connection.refreshToken);
    try {
      // When no answer came, asking again within a minute brings the same one.
      const tokens = await attempt().catch((error: unknown) => (error instanceof TypeError ? attempt() : Promise.reject(error)));
      Object.assign(connection, storedFrom(tokens), { renewals: connection.renewals + 1 });
    } catch (error) {
      if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') throw new NoLongerConnected();
      throw error;
    }
  }

  private discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    this.configuration ??= client
      .discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(clientSecret), {
        algorithm: 'oauth2',
        // The demo listens on this computer alone, without TLS.
        execute: issuer.startsWith('http://') ? [client.allowInsecureRequests] : [],
      })
      .catch((error: unknown) => {
        this.configuration = undefined;
        throw error;
      });
    return this.configuration;
  }

  /** Registered with another port: for an address of the own computer any will do (RFC 8252 §7.3). */
  private get redirectUri(): string {
    return `http://127.0.0.1:${this.settings.port}/callback`;
  }
}

function storedFrom(tokens: client.TokenEndpointResponse): Pick<Connection, 'accessToken' | 'refreshToken' | 'scopes' | 'endsAt'> {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? '',
    scopes: (tokens.scope ?? '').split(' '),
    endsAt: new Date(Date.now() + (tokens.expires_in ?? 0) * 1000),
  };
}
