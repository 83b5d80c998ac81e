import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  formatScope,
  type AccessTokenClaims,
  type AuthenticatedClient,
  type Issuance,
  type OAuthRequest,
  type SenderProof,
  type SingleUse,
  type TokenAnswer,
  type UserAuthentication,
} from '@countersign/oauth';
import { decodeJwt } from 'jose';
import { AuditLog, AuditUnavailable, AuditWriter, type AuditEvent } from '../../platform/audit/index.js';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { unlessReplayed } from '../client-auth/index.js';
import { readGrantHandle } from '../consents/index.js';
import { IdTokens } from '../id-tokens/index.js';
import { unlessProofReplayed } from '../sender-constraints/index.js';
import { SigningKeys, type TokenSigner } from '../signing-keys/index.js';
import type { ApprovedIssuance } from './issuance.policy.js';

/** Who asks, and the key they hold. */
export interface ProvenClient {
  readonly caller: AuthenticatedClient;
  readonly proof: SenderProof | undefined;
}

export interface MintRequest extends ProvenClient {
  readonly issuance: ApprovedIssuance;
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
    private readonly configuration: Configuration,
  ) {
    this.auditing = !configuration.settings.DANGEROUSLY_DISABLE_TOKEN_AUDIT;
  }

  mint(mint: MintRequest): Promise<TokenAnswer> {
    const { issuance } = mint;
    const signer = this.keys.signer(issuance.api.zone, issuance.api.signingAlg);
    const claims = this.claimsOf(mint);
    if (issuance.settle) return this.mintSettled(mint, claims, signer, issuance.settle);
    const { caller, proof } = mint;
    return unlessReplayed(caller.proof, () => unlessProofReplayed(proof, () => this.mintAtOnce(mint, claims, signer)));
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
    if (singleUsesOf(mint).length > 0) throw new Error(`${mint.grantType} settles without having claimed the proofs: does it say so?`);
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
    if (this.auditing) await this.audit.append(this.eventOf(mint, claims, signer, action), ...singleUsesOf(mint));
  }

  private async recordWithin(tx: Transaction, event: AuditEvent): Promise<void> {
    if (!this.auditing) return;
    await this.auditLog.record(tx, event).catch((error: unknown) => {
      throw new AuditUnavailable('the database refused it', error);
    });
  }

  private eventOf(
    { caller: { client, proof }, proof: sender, request, grantType, noted, issuance }: MintRequest,
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
        ...grantFacts(claims.grant),
        ...(sender && { sender_constraint: sender.constraint }),
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

// ADR 0031: the events of a consent and of its refresh tokens name it by its bare id.
function grantFacts(handle: string | undefined): { grant_id?: string; grant_generation?: number } {
  if (handle === undefined) return {};
  const { id, generation } = readGrantHandle(handle);
  return { grant_id: id, ...(generation > 1 && { grant_generation: generation }) };
}

function singleUsesOf({ caller, proof }: ProvenClient): SingleUse[] {
  return [caller.proof.singleUse, proof?.singleUse].filter((value) => value !== undefined);
}
