import { Injectable } from '@nestjs/common';
import { ZONES, type AccessTokenClaims, type Zone } from '@countersign/oauth';
import { AccessTokenVerifier, TokenRefused, type ExpectedToken, type ProvenKeys } from '@countersign/resource-server';
import { decodeJwt, type JWTPayload } from 'jose';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { SigningKeys } from '../signing-keys/index.js';

/** Reads tokens that one of our issuers signed and that still live, whatever their audience and whoever holds their key. */
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
    try {
      const found = await this.verify(token);
      return found.zone === zone ? found.claims : undefined;
    } catch (error) {
      if (error instanceof TokenRefused) return undefined;
      throw error;
    }
  }

  /** A token of either zone; whether it was revoked is not asked. @throws TokenRefused */
  async verify(token: string): Promise<{ claims: AccessTokenClaims; zone: Zone }> {
    const told = toldBy(token);
    const zone = ZONES.find((candidate) => this.verifiers[candidate].issuer === told.iss);
    if (zone === undefined) throw new TokenRefused('issuer', 'The token comes from another issuer.', { received: told.iss });
    return { claims: (await this.verifiers[zone].verify(token, expectedOf(told))).claims, zone };
  }
}

/** Only tells the verifier what to expect; the signature decides whether it is believed. */
function toldBy(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch (cause) {
    throw new TokenRefused('malformed', 'The token is no JWT.', { cause });
  }
}

function expectedOf({ aud, cnf }: JWTPayload): ExpectedToken {
  if (typeof aud !== 'string') throw new TokenRefused('audience', 'The token does not name exactly one audience.', { received: aud });
  return { audience: aud, ...(typeof cnf === 'object' && cnf !== null && { proven: cnf as ProvenKeys }) };
}
