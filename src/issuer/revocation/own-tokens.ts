import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims, Zone } from '@countersign/oauth';
import { AccessTokenVerifier, TokenRefused } from '@countersign/resource-server';
import { decodeJwt } from 'jose';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { SigningKeys } from '../signing-keys/index.js';

/** Reads tokens that an issuer of this process signed and that still live, whatever their audience. */
@Injectable()
export class OwnTokens {
  private readonly verifiers: Readonly<Record<Zone, AccessTokenVerifier>>;

  constructor({ settings }: Configuration, keys: SigningKeys) {
    const verifierOf = (zone: Zone): AccessTokenVerifier =>
      new AccessTokenVerifier({ issuer: issuerOf(settings, zone), keys: keys.verificationKeys[zone] });
    this.verifiers = { external: verifierOf('external'), internal: verifierOf('internal') };
  }

  /** The verified claims; undefined for garbage, expired and foreign tokens (RFC 7009 §2.2: those are no error). */
  async read(token: string, zone: Zone): Promise<AccessTokenClaims | undefined> {
    const audience = audienceOf(token);
    if (audience === undefined) return undefined;
    try {
      return (await this.verifiers[zone].verify(token, { audience })).claims;
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
