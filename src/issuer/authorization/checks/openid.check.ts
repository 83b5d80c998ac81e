import { Injectable } from '@nestjs/common';
import { OAuthError, OPENID_SCOPE, type FormParameters } from '@countersign/oauth';
import { IdTokens } from '../../id-tokens/index.js';
import { ACR_VALUES } from '../../sessions/index.js';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest, Known } from '../authorization-facts.js';

const MAX_NONCE_BYTES = 2_048;

/** OIDC-4, OIDC-7: what an app that signs people in asks beside the rest. `display`, `ui_locales` and their like are unknown here, so they are no error. */
@Injectable()
export class OpenIdCheck implements AuthorizationCheck {
  readonly name = 'openid';

  constructor(private readonly idTokens: IdTokens) {}

  async check({ params }: CheckedRequest, known: Known): Promise<Partial<AuthorizationFacts>> {
    const hintedUserId = await this.hintedUser(params.find('id_token_hint'), known.get('client').id);
    if (!known.get('scopes').includes(OPENID_SCOPE)) return { hintedUserId };
    // AZ-6, OpenID Connect Core §3.1.2.1.
    if (!known.get('redirectUriWasSent'))
      throw new OAuthError('invalid_request', 'redirect_uri is missing: with openid it is always sent.');
    return {
      hintedUserId,
      nonce: nonceOf(params),
      // OpenID Connect Core §3.1.2.1: a wish, as far as it is unknown here; the token tells what came of it. RFC 9470 §5: what is known is meant.
      acrValues: known.get('acrValues').filter((acr) => ACR_VALUES.includes(acr)),
    };
  }

  private async hintedUser(text: string | undefined, clientId: string): Promise<string | undefined> {
    if (text === undefined) return undefined;
    const hint = await this.idTokens.readHint(text);
    // Only what this app was told itself: another one's would tell it who that one knows.
    if (hint?.clientId !== clientId)
      throw new OAuthError('invalid_request', 'id_token_hint is no ID token that this app got from this issuer.', { detail: 'bad_hint' });
    return hint.userId;
  }
}

function nonceOf(params: FormParameters): string | undefined {
  const nonce = params.find('nonce');
  if (nonce !== undefined && (Buffer.byteLength(nonce) > MAX_NONCE_BYTES || /\p{Cc}/u.test(nonce)))
    throw new OAuthError('invalid_request', `nonce is longer than ${MAX_NONCE_BYTES} bytes, or holds control characters.`);
  return nonce;
}
