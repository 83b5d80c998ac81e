import { Injectable } from '@nestjs/common';
import { OAuthError, type AccessTokenClaims, type AuthenticatedClient, type OAuthRequest } from '@countersign/oauth';
import { AuditLog } from '../../platform/audit/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { ClientAuthenticator, SingleUseProofs } from '../client-auth/index.js';
import { RefreshTokens } from '../refresh-tokens/index.js';
import { isOfAnotherKind } from './other-kinds.policy.js';
import { OwnTokens } from './own-tokens.js';
import { Revocations } from './revocations.service.js';

/** RFC 7009: a client gives back a token of its own. */
@Injectable()
export class RevocationEndpoint {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly proofs: SingleUseProofs,
    private readonly tokens: OwnTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly revocations: Revocations,
    private readonly audit: AuditLog,
    private readonly transactions: PlatformTransactions,
  ) {}

  async revoke(request: OAuthRequest): Promise<void> {
    request.params.refuseRepeats();
    const token = request.params.get('token');
    // Before anything is refused: an assertion that was shown is used, and what it is refused for does not give it back.
    const caller = await this.proofs.claim(await this.clients.authenticate(request));
    // With its family, and all access tokens that came of it.
    if (this.refreshTokens.recognises(token)) return this.refreshTokens.revoke(token, caller.client);
    if (isOfAnotherKind(token))
      throw new OAuthError('unsupported_token_type', 'Only access tokens and refresh tokens are revoked here.', { detail: 'other_kind' });
    const claims = await this.tokens.read(token, request.zone);
    if (!claims) return;
    // RFC 7009 §2.1: a token of another client is not revoked, and the client is told.
    if (claims.client_id !== caller.client.id) throw new OAuthError('invalid_grant', 'The token was issued to another client.');
    await this.transactions.run((tx) => this.kill(tx, claims, caller, request));
  }

  private async kill(
    tx: Transaction,
    claims: AccessTokenClaims,
    { client, proof }: AuthenticatedClient,
    request: OAuthRequest,
  ): Promise<void> {
    await this.audit.record(tx, {
      action: 'token.revoked',
      actor: { type: client.principalType, id: client.id, name: client.displayName },
      orgId: claims.org_id,
      target: { type: 'token', id: claims.jti },
      origin: { requestId: request.requestId, ip: request.sourceAddress, userAgent: request.userAgent },
      details: { auth_method: proof.via, credential_id: proof.credentialId, audience: claims.aud },
    });
    await this.revocations.revoke(tx, { kind: 'token', value: claims.jti, orgId: claims.org_id, expiresAt: new Date(claims.exp * 1000) });
  }
}
