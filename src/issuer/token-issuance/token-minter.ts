import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  formatScope,
  OAuthError,
  type AccessTokenClaims,
  type AuthenticatedClient,
  type ClientProof,
  type Issuance,
  type OAuthRequest,
  type SenderProof,
  type TokenAnswer,
  type UserAuthentication,
} from '@countersign/oauth';
import { decodeJwt } from 'jose';
import { AlreadyUsed, AuditLog, AuditUnavailable, AuditWriter, SingleUseValues, type AuditEvent } from '../../platform/audit/index.js';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ASSERTION_REFUSED, authenticationFailed } from '../client-auth/index.js';
import { IdTokens } from '../id-tokens/index.js';
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
    private readonly idTokens: IdTokens,
    private readonly audit: AuditWriter,
    private readonly auditLog: AuditLog,
    private readonly singleUse: SingleUseValues,
    private readonly configuration: Configuration,
  ) {
    this.auditing = !configuration.settings.DANGEROUSLY_DISABLE_TOKEN_AUDIT;
  }

  mint(mint: MintRequest): Promise<TokenAnswer> {
    const { issuance, caller } = mint;
    const signer = this.keys.signer(issuance.api.zone, issuance.api.signingAlg);
    const claims = this.claimsOf(mint);
    if (issuance.settle) return this.mintSettled(mint, claims, signer, issuance.settle);
    return unlessReplayed(caller.proof, () => this.mintAtOnce(mint, claims, signer));
  }

  /** Uses up the proof of a client where it is good for one request. @returns the client, with nothing left to claim */
  async claim(caller: AuthenticatedClient): Promise<AuthenticatedClient> {
    const { singleUse, ...proof } = caller.proof;
    if (singleUse) await unlessReplayed(caller.proof, () => this.singleUse.claim(singleUse));
    return { ...caller, proof };
  }

  private async mintAtOnce(mint: MintRequest, claims: AccessTokenClaims, signer: TokenSigner): Promise<TokenAnswer> {
    const [access_token] = await Promise.all([signer.sign(claims), this.record(mint, claims, signer)]);
    return this.answerWith(mint, claims, access_token);
  }

  /** What the token stands on is used up together with the audit row: of many who ask at once one is recorded, and none without it. */
  private async mintSettled(
    mint: MintRequest,
    claims: AccessTokenClaims,
    signer: TokenSigner,
    settle: NonNullable<Issuance['settle']>,
  ): Promise<TokenAnswer> {
    if (mint.caller.proof.singleUse) throw new Error(`${mint.grantType} settles without having claimed the assertion: does it say so?`);
    const signed = await this.answerWith(mint, claims, await signer.sign(claims));
    const record = { write: (tx: Transaction) => this.recordWithin(tx, this.eventOf(mint, claims, signer)) };
    const { answer, repeated } = await settle(signed, record);
    if (repeated) await this.record(mint, decodeJwt<AccessTokenClaims>(answer.access_token), signer, 'token.repeated');
    return answer;
  }

  private async answerWith(mint: MintRequest, claims: AccessTokenClaims, accessToken: string): Promise<TokenAnswer> {
    const { idToken } = mint.issuance;
    const answer = answerOf(mint, claims, accessToken);
    return idToken ? { ...answer, id_token: await this.idTokens.sign(claims, accessToken, idToken) } : answer;
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

  private async record(mint: MintRequest, claims: AccessTokenClaims, signer: TokenSigner, action?: 'token.repeated'): Promise<void> {
    if (this.auditing) await this.audit.append(this.eventOf(mint, claims, signer, action), mint.caller.proof.singleUse);
  }

  private async recordWithin(tx: Transaction, event: AuditEvent): Promise<void> {
    if (!this.auditing) return;
    await this.auditLog.record(tx, event).catch((error: unknown) => {
      throw new AuditUnavailable('the database refused it', error);
    });
  }

  private eventOf(
    { caller: { client, proof }, request, grantType, noted, issuance }: MintRequest,
    claims: AccessTokenClaims,
    signer: TokenSigner,
    action: 'token.issued' | 'token.repeated' = 'token.issued',
  ): AuditEvent {
    return {
      action,
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
        ...(issuance.idToken && { id_token: true }),
        ...proof.evidence,
      },
    };
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

async function unlessReplayed<T>({ via, isGrant }: ClientProof, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AlreadyUsed)) throw error;
    const detail = `${via}_replayed`;
    throw isGrant ? new OAuthError('invalid_grant', ASSERTION_REFUSED, { detail }) : authenticationFailed(detail);
  }
}
