import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, decodeJwt, errors, exportJWK, jwtVerify, type JWTPayload, type JWTVerifyResult } from 'jose';
import {
  CLIENT_ASSERTION_ALGS,
  CLIENT_ASSERTION_TYPS,
  JWT_BEARER_ASSERTION_TYPE,
  keyCredentialId,
  OAuthError,
  type Client,
  type ClientAuthMethod,
  type ClientClaim,
  type ClientProof,
  type OAuthRequest,
} from '@countersign/oauth';
import { Configuration, issuerOf } from '../../../platform/config/index.js';
import { isForeign } from '../../federation/index.js';
import { authenticationFailed } from '../authentication-failed.js';
import { ClientKeys } from '../client-keys.js';

const CLOCK_SKEW_SECONDS = 10;
const MAX_LIFETIME_SECONDS = 300;
const MAX_AGE_SECONDS = 3_600;
const MAX_JTI_LENGTH = 256;

export interface AssertionClaim extends ClientClaim {
  readonly assertion: string;
}

/** RFC 7523 §2.2 as updated by RFC 10070: a JWT signed with the client's registered key. */
@Injectable()
export class PrivateKeyJwtMethod implements ClientAuthMethod<AssertionClaim> {
  readonly name = 'private_key_jwt';
  readonly metadataNames = ['private_key_jwt'];

  constructor(
    private readonly keys: ClientKeys,
    private readonly configuration: Configuration,
  ) {}

  recognise({ params }: OAuthRequest): AssertionClaim | undefined {
    const assertion = params.find('client_assertion');
    const type = params.find('client_assertion_type');
    if (assertion === undefined && type === undefined) return undefined;
    if (assertion === undefined) throw new OAuthError('invalid_request', 'client_assertion is missing.');
    if (isForeign(assertion)) return undefined;
    if (type !== JWT_BEARER_ASSERTION_TYPE) throw authenticationFailed('assertion_type');
    const clientId = subjectOf(assertion);
    const named = params.find('client_id');
    if (named !== undefined && named !== clientId) throw authenticationFailed('assertion_client_id_mismatch');
    return { clientId, assertion };
  }

  async verify({ assertion }: AssertionClaim, client: Client, { zone }: OAuthRequest): Promise<ClientProof> {
    const { payload, protectedHeader, key } = await this.verified(assertion, client);
    const { jti, exp } = checkClaims(payload, issuerOf(this.configuration.settings, zone));
    checkType(protectedHeader.typ);
    const thumbprint = await calculateJwkThumbprint(await exportJWK(key));
    return {
      credentialId: keyCredentialId(client.id, thumbprint),
      via: 'private_key_jwt',
      evidence: { key: thumbprint },
      singleUse: { owner: client.id, value: jti, expiresAt: new Date((exp + CLOCK_SKEW_SECONDS) * 1000) },
    };
  }

  verifyUnknown(): Promise<void> {
    return Promise.resolve();
  }

  private async verified(assertion: string, client: Client): Promise<JWTVerifyResult & { key: Parameters<typeof exportJWK>[0] }> {
    try {
      return await jwtVerify(assertion, this.keys.of(client), {
        algorithms: [...CLIENT_ASSERTION_ALGS],
        issuer: client.id,
        subject: client.id,
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['exp', 'aud', 'jti'],
      });
    } catch (cause) {
      const detail = cause instanceof errors.JOSEError ? `assertion_${cause.code.toLowerCase()}` : 'assertion_keys_unavailable';
      throw authenticationFailed(detail, cause);
    }
  }
}

function subjectOf(assertion: string): string {
  try {
    const { sub } = decodeJwt(assertion);
    if (typeof sub === 'string') return sub;
  } catch {
    // Not a JWT at all: the same refusal.
  }
  throw authenticationFailed('assertion_unreadable');
}

function checkClaims(payload: JWTPayload, issuer: string): { jti: string; exp: number } {
  const now = Date.now() / 1000;
  const { aud, exp = 0, iat, jti } = payload;
  // RFC 10070: the issuer is the sole audience; a token endpoint URL would allow audience injection.
  const sole = Array.isArray(aud) ? (aud.length === 1 ? aud[0] : undefined) : aud;
  if (sole !== issuer) throw authenticationFailed('assertion_audience');
  if (exp - now > MAX_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS) throw authenticationFailed('assertion_lives_too_long');
  if (iat !== undefined && (iat > now + CLOCK_SKEW_SECONDS || now - iat > MAX_AGE_SECONDS))
    throw authenticationFailed('assertion_issued_at');
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > MAX_JTI_LENGTH) throw authenticationFailed('assertion_jti');
  return { jti, exp };
}

// RFC 10070: a missing type is accepted, a different explicit type never.
function checkType(typ: string | undefined): void {
  if (typ === undefined) return;
  const short = typ.toLowerCase().replace(/^application\//, '');
  if (!CLIENT_ASSERTION_TYPS.includes(short)) throw authenticationFailed('assertion_typ');
}
