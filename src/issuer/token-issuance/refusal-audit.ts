import { Injectable } from '@nestjs/common';
import { OAuthError, type AuthenticatedClient, type OAuthErrorName, type OAuthRequest } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
import { AuditWriter, RefusalCounter, type AuditTarget } from '../../platform/audit/index.js';

/** One request of an authenticated client, and what its grant noted of it. */
export interface AuditedRequest {
  readonly caller: AuthenticatedClient;
  readonly request: OAuthRequest;
  readonly noted: Readonly<Record<string, unknown>>;
}

const MAX_ASKED = 256;
/** RFC 8628 §3.5: what a device is told that waits; nothing was refused. */
const WAITING: readonly string[] = ['authorization_pending', 'slow_down'] satisfies OAuthErrorName[];

/** Records what an authenticated client was refused, and why. Who has not authenticated is only counted. */
@Injectable()
export class RefusalAudit {
  constructor(
    private readonly audit: AuditWriter,
    private readonly counter: RefusalCounter,
    private readonly apis: ApiCatalogue,
  ) {}

  async around<T>(audited: AuditedRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof OAuthError && error.status < 500 && !WAITING.includes(error.kind)) await this.record(audited, error);
      throw error;
    }
  }

  private async record({ caller: { client, proof }, request, noted }: AuditedRequest, error: OAuthError): Promise<void> {
    // Anybody can name a public client: what it is refused is counted, or strangers would write the log full.
    if (proof.via === 'none') return this.counter.count('token.refused', request.sourceAddress, error.detail ?? error.code);
    const event = {
      action: 'token.refused',
      actor: { type: client.principalType, id: client.id, name: client.displayName },
      orgId: client.orgId,
      ...this.targetOf(request),
      result: 'failure',
      reasonCode: error.code,
      origin: { requestId: request.requestId, ip: request.sourceAddress, userAgent: request.userAgent },
      details: {
        ...noted,
        ...this.askedOf(request),
        auth_method: proof.via,
        credential_id: proof.credentialId,
        description: error.message,
        detail: error.detail,
      },
    } as const;
    // The refusal stands whether or not it can be recorded.
    await this.audit.append(event).catch(() => undefined);
  }

  private apiOf({ params, zone }: OAuthRequest): CatalogueApi | undefined {
    const name = nameOf(params);
    const api = name === undefined ? undefined : this.apis.find(name);
    return api?.zone === zone ? api : undefined;
  }

  private targetOf(request: OAuthRequest): { target?: AuditTarget } {
    const api = this.apiOf(request);
    return api ? { target: { type: 'api', id: api.id, name: api.identifier } } : {};
  }

  /** What was asked for. `scope` only where the API has it: the trust map groups by it, and a client could think of a million others. */
  private askedOf(request: OAuthRequest): Record<string, string | undefined> {
    const api = this.apiOf(request);
    const scope = request.params.find('scope');
    const isKnown = scope !== undefined && (api?.scopes ?? []).length > 0 && scope.split(' ').every((name) => api?.scopes.includes(name));
    return {
      ...(!api && { audience: nameOf(request.params)?.slice(0, MAX_ASKED) }),
      ...(isKnown ? { scope: [...new Set(scope.split(' '))].sort().join(' ') } : { unknown_scope: scope?.slice(0, MAX_ASKED) }),
    };
  }
}

function nameOf(params: OAuthRequest['params']): string | undefined {
  return params.find('audience') ?? params.find('resource');
}
