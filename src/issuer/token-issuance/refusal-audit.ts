import { Injectable } from '@nestjs/common';
import { OAuthError, type AuthenticatedClient, type OAuthRequest } from '@countersign/oauth';
import { AuditWriter } from '../../platform/audit/index.js';

/** One request of an authenticated client, and what its grant noted of it. */
export interface AuditedRequest {
  readonly caller: AuthenticatedClient;
  readonly request: OAuthRequest;
  readonly noted: Readonly<Record<string, unknown>>;
}

/** Records what an authenticated client was refused, and why. Who has not authenticated is only counted. */
@Injectable()
export class RefusalAudit {
  constructor(private readonly audit: AuditWriter) {}

  async around<T>(audited: AuditedRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof OAuthError && error.status < 500) await this.record(audited, error);
      throw error;
    }
  }

  private async record({ caller: { client, proof }, request, noted }: AuditedRequest, error: OAuthError): Promise<void> {
    const event = {
      action: 'token.refused',
      actor: { type: client.principalType, id: client.id, name: client.displayName },
      orgId: client.orgId,
      result: 'failure',
      reasonCode: error.code,
      origin: { requestId: request.requestId, ip: request.sourceAddress, userAgent: request.userAgent },
      details: { ...noted, auth_method: proof.via, credential_id: proof.credentialId, description: error.message, detail: error.detail },
    } as const;
    // The refusal stands whether or not it can be recorded.
    await this.audit.append(event).catch(() => undefined);
  }
}
