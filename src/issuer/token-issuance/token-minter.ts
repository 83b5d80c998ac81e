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
  type TokenAnswer,
  type UserAuthentication,
} from '@countersign/oauth';
import { decodeJwt } from 'jose';
import { AlreadyUsed, AuditWriter, type AuditEvent } from '../../platform/audit/index.js';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { ASSERTION_REFUSED, authenticationFailed } from '../client-auth/index.js';
import { SigningKeys, type TokenSigner } from '../signing-keys/index.js';
import type { ApprovedIssuance } from './issuance.policy.js';

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

  async mint(mint: MintRequest): Promise<TokenAnswer> {
    const { issuance, caller } = mint;
    const signer = this.keys.signer(issuance.api.zone, issuance.api.signingAlg);
    const claims = this.claimsOf(mint);
    const minting = issuance.settle ? this.mintSettled(mint, claims, signer) : this.mintAtOnce(mint, claims, signer);
    return minting.catch((error: unknown) => {
      throw error instanceof AlreadyUsed ? replayed(caller.proof) : error;
    });
  }

  private async mintAtOnce(mint: MintRequest, claims: AccessTokenClaims, signer: TokenSigner): Promise<TokenAnswer> {
    const [access_token] = await Promise.all([signer.sign(claims), this.record(mint, claims, signer)]);
    return answerOf(mint, claims, access_token);
  }

  /** What the token stands on is used up first, so that of many who ask at once only one is recorded; and then before it leaves. */
  private async mintSettled(mint: MintRequest, claims: AccessTokenClaims, signer: TokenSigner): Promise<TokenAnswer> {
    const signed = answerOf(mint, claims, await signer.sign(claims));
    const { answer, repeated } = (await mint.issuance.settle?.(signed)) ?? { answer: signed, repeated: false };
    await this.record(mint, repeated ? decodeJwt<AccessTokenClaims>(answer.access_token) : claims, signer, repeated);
    return answer;
  }

  private claimsOf({ issuance, caller: { client, proof: credential }, proof }: MintRequest): AccessTokenClaims {
    const iat = Math.floor(Date.now() / 1000);
    const jti = issuance.tokenId ?? randomUUID();
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
      ...(issuance.authentication && authenticationClaims(issuance.authentication)),
    };
  }

  private async record(
    { caller, request, grantType, noted }: MintRequest,
    claims: AccessTokenClaims,
    signer: TokenSigner,
    repeated = false,
  ): Promise<void> {
    if (!this.auditing) return;
    const { client, proof } = caller;
    const event: AuditEvent = {
      action: repeated ? 'token.repeated' : 'token.issued',
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
    await this.audit.append(event, proof.singleUse);
  }
}

function answerOf({ issuance, proof }: MintRequest, claims: AccessTokenClaims, access_token: string): TokenAnswer {
  return {
    access_token,
    token_type: proof?.constraint === 'dpop' ? 'DPoP' : 'Bearer',
    expires_in: claims.exp - claims.iat,
    scope: claims.scope,
    ...(issuance.issuedTokenType !== undefined && { issued_token_type: issuance.issuedTokenType }),
  };
}

// RFC 9068 §2.2.1.
function authenticationClaims({ authTime, acr, amr }: UserAuthentication): Pick<AccessTokenClaims, 'auth_time' | 'acr' | 'amr'> {
  return { auth_time: authTime, acr, amr: [...amr] };
}

function replayed({ via, isGrant }: ClientProof): OAuthError {
  const detail = `${via}_replayed`;
  return isGrant ? new OAuthError('invalid_grant', ASSERTION_REFUSED, { detail }) : authenticationFailed(detail);
}
