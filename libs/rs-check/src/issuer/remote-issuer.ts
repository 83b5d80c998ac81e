import { accessTokenClaims } from '@countersign/testing';
import { SetupError } from '../setup-error.js';
import { discover } from './issuer-metadata.js';
import { OAuthClient, type ClientCredential } from './oauth-client.js';
import type { Revoker } from './revoker.js';
import { TestModeForge } from './test-mode-forge.js';
import { TOKEN_LIFETIME_SECONDS, type TokenSource, type TokenWishes } from './token-source.js';

export interface RemoteIssuerAccess {
  /** Gets the good token, as any caller does. */
  readonly client: ClientCredential | undefined;
  /** Has hostile tokens signed by the issuer's test mode. */
  readonly operator: ClientCredential | undefined;
  readonly allowHttp: boolean;
}

/** The issuer that the API trusts anyway. @throws SetupError */
export async function openRemoteIssuer(issuer: string, access: RemoteIssuerAccess, wishes: TokenWishes): Promise<TokenSource> {
  const metadata = await discover(issuer, access.allowHttp);
  const clientOf = (credential: ClientCredential | undefined): OAuthClient | undefined =>
    credential && new OAuthClient(metadata, credential, access.allowHttp);
  const client = clientOf(access.client);
  const operator = clientOf(access.operator);
  const forge = operator && (await TestModeForge.open(issuer, operator, access.allowHttp));
  const goodToken = client ? () => requestedToken(client, wishes) : forge && operator && (() => madeToken(forge, operator, issuer, wishes));
  if (!goodToken) throw new SetupError('Nobody can get a good token: pass --client-id or --operator-id, or use --own-issuer-port.');
  return {
    issuer,
    description: forge ? `signed by the test mode of ${issuer}` : `from ${issuer}; none with a good signature and bad content`,
    keys: metadata.keys,
    forge,
    revoker: revokerOf(client ?? operator, goodToken),
    goodToken,
    close: () => Promise.resolve(),
  };
}

function requestedToken(client: OAuthClient, { target }: TokenWishes): Promise<string> {
  return client.token(target.audience, target.scopes);
}

/** A token of the operator itself, so that the operator may also give it back (RFC 7009 §2.1). */
function madeToken(forge: TestModeForge, operator: OAuthClient, issuer: string, { target, claims }: TokenWishes): Promise<string> {
  const { audience, scopes, org } = target;
  return forge.token({
    ...accessTokenClaims(issuer, Date.now(), { audience, scopes, lifetimeSeconds: TOKEN_LIFETIME_SECONDS }),
    sub: operator.clientId,
    client_id: operator.clientId,
    org_id: org,
    ...claims,
  });
}

function revokerOf(client: OAuthClient | undefined, freshToken: () => Promise<string>): Revoker | undefined {
  return client?.canRevoke ? { freshToken, revoke: (token) => client.revoke(token) } : undefined;
}
