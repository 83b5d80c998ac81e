import { Injectable } from '@nestjs/common';
import { OAuthError, type AccessTokenClaims, type AuthenticatedClient, type OAuthRequest } from '@countersign/oauth';
import { AuditLog, AuditRepository } from '../../platform/audit/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { sha256 } from '../../platform/crypto/index.js';
import { authenticationFailed, ClientAuthenticator } from '../client-auth/index.js';
import { RefreshTokens } from '../refresh-tokens/index.js';
import { OwnTokens } from './own-tokens.js';
import { Revocations } from './revocations.service.js';

/** RFC 7009: a client gives back a token of its own. */
@Injectable()
export class RevocationEndpoint {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly tokens: OwnTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly revocations: Revocations,
    private readonly audit: AuditLog,
    private readonly auditRows: AuditRepository,
    private readonly transactions: PlatformTransactions,
  ) {}

  async revoke(request: OAuthRequest): Promise<void> {
    request.params.refuseRepeats();
    const token = request.params.get('token');
    const caller = await this.clients.authenticate(request);
    if (this.refreshTokens.recognises(token)) return this.revokeRefreshToken(token, caller);
    const claims = await this.tokens.read(token, request.zone);
    const isOwn = claims?.client_id === caller.client.id;
    if (isOwn || caller.proof.singleUse)
      await this.transactions.run(async (tx) => {
        // Before anything is refused: an assertion that was shown is used, and what it is refused for does not give it back.
        await this.useOnce(tx, caller);
        if (claims && isOwn) await this.kill(tx, claims, caller, request);
      });
    // RFC 7009 §2.1: a token of another client is not revoked, and the client is told.
    if (claims && !isOwn) throw new OAuthError('invalid_grant', 'The token was issued to another client.');
  }

  /** With its family, and all access tokens that came of it. */
  private async revokeRefreshToken(token: string, caller: AuthenticatedClient): Promise<void> {
    if (caller.proof.singleUse) await this.transactions.run((tx) => this.useOnce(tx, caller));
    await this.refreshTokens.revoke(token, caller.client);
  }

  /** PKJ-8: an assertion is good for one request at any endpoint. */
  private async useOnce(tx: Transaction, { proof: { singleUse } }: AuthenticatedClient): Promise<void> {
    if (!singleUse) return;
    const free = await this.auditRows.claim(tx, [
      { owner: singleUse.owner, digest: sha256(singleUse.value), expiresAt: singleUse.expiresAt },
    ]);
    if (free.size === 0) throw authenticationFailed('private_key_jwt_replayed');
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
