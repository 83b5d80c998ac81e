import { Injectable } from '@nestjs/common';
import type { AuthenticatedClient, OAuthRequest, SenderProof } from '@countersign/oauth';
import { AlreadyUsed, AuditWriter } from '../../platform/audit/index.js';
import { authenticationFailed, ClientAuthenticator } from '../client-auth/index.js';
import { replayedProof, SenderProver } from '../sender-constraints/index.js';

/** Who leaves a request, and the key they hold. */
@Injectable()
export class PushingClients {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly sender: SenderProver,
    private readonly audit: AuditWriter,
  ) {}

  authenticate(request: OAuthRequest): Promise<AuthenticatedClient> {
    return this.clients.authenticate(request);
  }

  proveKey(request: OAuthRequest): Promise<SenderProof | undefined> {
    return this.sender.prove(request);
  }

  /** PKJ-8, DPOP-5: an assertion, and a proof, is good for one request at any endpoint. */
  async useUp(request: OAuthRequest, { client, proof }: AuthenticatedClient, sender: SenderProof | undefined): Promise<void> {
    const singleUses = [proof.singleUse, sender?.singleUse].filter((value) => value !== undefined);
    if (singleUses.length === 0) return;
    const event = {
      action: 'authorization.pushed',
      actor: { type: client.principalType, id: client.id, name: client.displayName },
      origin: { requestId: request.requestId, ip: request.sourceAddress, userAgent: request.userAgent },
      details: { auth_method: proof.via, credential_id: proof.credentialId },
    } as const;
    await this.audit.append(event, ...singleUses).catch((error: unknown) => {
      throw replayedProof(error, sender) ?? (error instanceof AlreadyUsed ? authenticationFailed(`${proof.via}_replayed`) : error);
    });
  }
}
