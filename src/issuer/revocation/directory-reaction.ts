import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { killsOf } from './directory-kills.policy.js';
import { Revocations } from './revocations.service.js';

/** A change of the directory that must act on tokens does so in its own transaction. */
@Injectable()
export class DirectoryReaction implements AuditReaction, OnModuleInit {
  readonly name = 'revocation';
  readonly actions = [
    'service_principal.disabled',
    'service_principal.deleted',
    'service_principal.updated',
    'service_principal.secret.deleted',
    'service_principal.secret.retired',
    'microservice.disabled',
    'microservice.deleted',
    'microservice.updated',
    'call_policy.updated',
    'call_policy.deleted',
    'trusted_issuer.updated',
    'trusted_issuer.deleted',
    'org.suspended',
    'org.deleted',
    'app.suspended',
    'app.publisher_suspended',
    'app.deleted',
    'app.updated',
    'app.secret.deleted',
    'app.secret.retired',
    'api_key.revoked',
    'api_key.shortened',
    'api_key.suspended',
    'consent.withdrawn',
    'consent.narrowed',
    'consent.suspended',
    'authorization_code.reused',
    'refresh_token.reused',
    'refresh_token.revoked',
  ];

  constructor(
    private readonly audit: AuditLog,
    private readonly revocations: Revocations,
    private readonly apis: ApiCatalogue,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  react(tx: Transaction, event: AuditEvent): Promise<void> {
    return this.reactToAll(tx, [event]);
  }

  async reactToAll(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
    const apiIdOf = (audience: string): string | undefined => this.apis.find(audience)?.id;
    await this.revocations.revokeAll(
      tx,
      events.flatMap((event) => killsOf(event, apiIdOf).map((kill) => ({ ...kill, orgId: event.orgId }))),
    );
  }
}
