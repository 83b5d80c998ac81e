import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, ChangeRecorder, notFound, requireOperator } from '../administration/index.js';
import {
  ClientSecrets,
  MintedSecretDocument,
  SecretDocument,
  SecretList,
  type ClientSecret,
  type SecretOwner,
} from '../credentials/index.js';
import { ApiResourcesRepository } from './api-resources.repository.js';
import type { CreateApiCredential } from './dto/api-credential.dto.js';

/** Credentials of an API's own guards. Operators only. */
@Injectable()
export class ApiCredentials {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly apis: ApiResourcesRepository,
    private readonly secrets: ClientSecrets,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  create(caller: Caller, submission: Submission, apiId: string, body: CreateApiCredential): Promise<MintedSecretDocument> {
    requireOperator(caller);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, submission.idempotency, async () => {
        const { record, text } = await this.secrets.add(tx, await this.lockOwner(tx, apiId), body.name);
        await this.recorder.record(tx, actOf(caller, submission.origin), {
          action: 'api.credential.created',
          target: targetOf(record),
          details: { client_id: apiId, hint: record.hint },
        });
        await this.recorder.announce(tx, 'clients', apiId);
        return { ...SecretDocument.from(record), client_id: apiId, client_secret: text };
      }),
    );
  }

  list(caller: Caller, apiId: string): Promise<SecretList> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      if (!(await this.apis.find(tx, apiId))) throw notFound();
      return SecretList.from(await this.secrets.list(tx, apiId));
    });
  }

  delete(caller: Caller, origin: AuditOrigin, apiId: string, credentialId: string): Promise<void> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      await this.lockOwner(tx, apiId);
      const record = await this.secrets.delete(tx, apiId, credentialId);
      if (!record) throw notFound();
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'api.credential.deleted',
        target: targetOf(record),
        details: { client_id: apiId, hint: record.hint },
      });
      await this.recorder.announce(tx, 'clients', apiId);
    });
  }

  private async lockOwner(tx: Transaction, apiId: string): Promise<SecretOwner> {
    const api = await this.apis.findForUpdate(tx, apiId);
    if (!api) throw notFound();
    return { id: api.id, orgId: null };
  }
}

function targetOf(record: ClientSecret): { type: string; id: string; name: string | undefined } {
  return { type: 'secret', id: record.id, name: record.name ?? undefined };
}
