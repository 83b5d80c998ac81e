import { AccessTokenVerifier, TokenRefused, type ExpectedToken, type VerifiedAccessToken } from '@countersign/resource-server';
import { decodeJwt } from 'jose';

/**
 * Takes tokens of this issuer whatever API they are for: an app that asked for `openid` beside an API has one token for both
 * (OpenID Connect Core §5.3). No API has a scope of that name, so the scope says that UserInfo is meant too.
 */
export class IdentityTokenVerifier extends AccessTokenVerifier {
  override verify(token: string, expected: ExpectedToken): Promise<VerifiedAccessToken> {
    return super.verify(token, { ...expected, audience: audienceTold(token) });
  }

  override verifyRemembered(token: string, expected: ExpectedToken): VerifiedAccessToken | undefined {
    return super.verifyRemembered(token, { ...expected, audience: audienceTold(token) });
  }
}

/** Only tells what to expect; the signature decides whether it is believed. */
function audienceTold(token: string): string {
  let aud: unknown;
  try {
    aud = decodeJwt(token).aud;
  } catch (cause) {
    throw new TokenRefused('malformed', 'The token is no JWT.', { cause });
  }
  if (typeof aud !== 'string') throw new TokenRefused('audience', 'The token does not name exactly one audience.', { received: aud });
  return aud;
}
