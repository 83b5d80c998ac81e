import { Injectable } from '@nestjs/common';
import * as openid from 'openid-client';
import type { IdentityProvider } from '../../directory/identity-providers/index.js';
import { Configuration } from '../../platform/config/index.js';
import type { ForeignClaims } from './foreign-claims.policy.js';
import type { SignInSecrets, SignInWish } from './pending-sign-ins.js';
import { ProviderClients } from './provider-clients.js';

const SCOPE = 'openid email profile';

/** What we ask other providers, and how their answers are verified: the code flow of OpenID Connect Core §3.1 with PKCE. */
@Injectable()
export class ProviderProofs {
  private readonly publicUrl: string;

  constructor(
    private readonly clients: ProviderClients,
    { settings }: Configuration,
  ) {
    this.publicUrl = settings.PUBLIC_URL;
  }

  /** The address to send the browser to. @throws when the provider cannot be reached */
  async addressOf(
    provider: IdentityProvider,
    { state, nonce, codeVerifier }: SignInSecrets,
    { maxAge, isAnother }: SignInWish,
  ): Promise<URL> {
    return openid.buildAuthorizationUrl(await this.clients.of(provider), {
      redirect_uri: this.callback(provider),
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...((maxAge === 0 || isAnother) && { prompt: 'login' }),
      // OpenID Connect Core §3.1.2.1: then the ID token says when they signed in.
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
    });
  }

  /**
   * The verified claims behind the answer that a browser brought.
   * @param query with its question mark
   * @throws when it is no proof
   */
  async claimsOf(provider: IdentityProvider, { state, nonce, codeVerifier }: SignInSecrets, query: string): Promise<ForeignClaims> {
    const client = await this.clients.of(provider);
    const tokens = await openid.authorizationCodeGrant(client, new URL(this.callback(provider) + query), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('There is no ID token.');
    if (claims['email'] !== undefined || client.serverMetadata().userinfo_endpoint === undefined) return claims;
    const { email, email_verified, name } = await openid.fetchUserInfo(client, tokens.access_token, claims.sub);
    return { ...claims, email, email_verified, name: claims['name'] ?? name };
  }

  private callback({ id }: IdentityProvider): string {
    return `${this.publicUrl}/login/callback/${id}`;
  }
}
