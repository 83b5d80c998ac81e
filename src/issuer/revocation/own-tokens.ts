import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '@countersign/oauth';
import { AccessTokenVerifier, TokenRefused } from '@countersign/resource-server';
import { decodeJwt } from 'jose';
import { Configuration } from '../../platform/config/index.js';
import { SigningKeys } from '../signing-keys/index.js';

/** Reads tokens that this issuer signed and that still live, whatever their audience. */
@Injectable()
export class OwnTokens {
  private readonly verifier: AccessTokenVerifier;

  constructor({ settings }: Configuration, keys: SigningKeys) {
    this.verifier = new AccessTokenVerifier({ issuer: settings.PUBLIC_URL, keys: keys.verificationKeys.external });
  }

  /** The verified claims; undefined for garbage, expired and foreign tokens (RFC 7009 §2.2: those are no error). */
  async read(token: string): Promise<AccessTokenClaims | undefined> {
    const audience = audienceOf(token);
    if (audience === undefined) return undefined;
    try {
      return (await this.verifier.verify(token, { audience })).claims;
    } catch (error) {
      if (error instanceof TokenRefused) return undefined;
      throw error;
    }
  }
}

/** Only tells the verifier what to expect; the signature decides whether it is believed. */
function audienceOf(token: string): string | undefined {
  try {
    const { aud } = decodeJwt(token);
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}
