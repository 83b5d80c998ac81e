import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  formatScope,
  OAuthError,
  type AccessTokenClaims,
  type AuthenticatedClient,
  type ClientProof,
  type OAuthRequest,
  type SenderProof,
} from '@countersign/oauth';
import { AlreadyUsed, AuditWriter, type AuditEvent } from '../../platform/audit/index.js';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { ASSERTION_REFUSED, authenticationFailed } from '../client-auth/index.js';
import { SigningKeys, type TokenSigner } from '../signing-keys/index.js';
import type { ApprovedIssuance } from './issuance.policy.js';

/** RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer' | 'DPoP';
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
  /** RFC 8693 §2.2.1; for exchanges only. */
  readonly issued_token_type?: string;
}

export interface MintRequest {
  readonly issuance: ApprovedIssuance;
  readonly caller: AuthenticatedClient;
  readonly proof: SenderProof | undefined;
  readonly request: OAuthRequest;
  readonly grantType: string;
  /** For the audit, by the grant. */
  readonly noted: Readonly<Record<string, unknown>>;
}

/** Signs a token while its audit row is being committed; the token leaves only when both are done. */
@Injectable()
export class TokenMinter {
  private readonly auditing: boolean;

  constructor(
    private readonly keys: SigningKeys,
    private readonly audit: AuditWriter,
    private readonly configuration: Configuration,
  ) {
    this.auditing = !configuration.settings.DANGEROUSLY_DISABLE_TOKEN_AUDIT;
  }

  async mint(mint: MintRequest): Promise<TokenResponse> {
    const { issuance, caller, proof } = mint;
    const signer = this.keys.signer(issuance.api.zone, issuance.api.signingAlg);
    const claims = this.claimsOf(mint);
    const recorded = this.auditing ? this.record(mint, claims, signer) : Promise.resolve();
    const [access_token] = await Promise.all([signer.sign(claims), recorded]).catch((error: unknown) => {
      throw error instanceof AlreadyUsed ? replayed(caller.proof) : error;
    });
    return {
      access_token,
      token_type: proof?.constraint === 'dpop' ? 'DPoP' : 'Bearer',
      expires_in: claims.exp - claims.iat,
      scope: claims.scope,
      ...(issuance.issuedTokenType !== undefined && { issued_token_type: issuance.issuedTokenType }),
    };
  }

  private claimsOf({ issuance, caller: { client, proof: credential }, proof }: MintRequest): AccessTokenClaims {
    const iat = Math.floor(Date.now() / 1000);
    const jti = randomUUID();
    return {
      iss: issuerOf(this.configuration.settings, issuance.api.zone),
      sub: issuance.subject,
      aud: issuance.api.identifier,
      exp: Math.min(iat + issuance.lifetimeSeconds, issuance.notAfter ?? Infinity),
      iat,
      jti,
      client_id: client.id,
      scope: formatScope(issuance.scopes),
      principal_type: client.principalType,
      ...(issuance.orgId !== undefined && { org_id: issuance.orgId }),
      cred: credential.credentialId,
      ...(issuance.grantId !== undefined && { grant: issuance.grantId }),
      root: issuance.root ?? jti,
      ...(issuance.ancestors && { ancestors: [...issuance.ancestors] }),
      ...(issuance.actor && { act: issuance.actor }),
      ...(proof && { cnf: proof.cnf }),
    };
  }

  private record({ caller, request, grantType, noted }: MintRequest, claims: AccessTokenClaims, signer: TokenSigner): Promise<void> {
    const { client, proof } = caller;
    const event: AuditEvent = {
      action: 'token.issued',
      actor: { type: client.principalType, id: client.id, name: client.displayName },
      orgId: claims.org_id,
      target: { type: 'token', id: claims.jti },
      origin: { requestId: request.requestId, ip: request.sourceAddress, userAgent: request.userAgent },
      details: {
        ...noted,
        grant_type: grantType,
        auth_method: proof.via,
        credential_id: proof.credentialId,
        audience: claims.aud,
        scope: claims.scope,
        subject: claims.sub,
        expires_at: claims.exp,
        kid: signer.kid,
        grant_id: claims.grant,
        ...proof.evidence,
      },
    };
    return this.audit.append(event, proof.singleUse);
  }
}

function replayed({ via, isGrant }: ClientProof): OAuthError {
  const detail = `${via}_replayed`;
  return isGrant ? new OAuthError('invalid_grant', ASSERTION_REFUSED, { detail }) : authenticationFailed(detail);
}
