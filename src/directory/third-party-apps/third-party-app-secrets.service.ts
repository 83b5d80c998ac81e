import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { notFound } from '../administration/index.js';
import {
  ClientSecrets,
  DEFAULT_GRACE_SECONDS,
  SecretDocument,
  SecretList,
  type MintedSecret,
  type MintedSecretDocument,
} from '../credentials/index.js';
import { AppRecords } from './app-records.js';
import { AppTransactions } from './app-transactions.js';
import type { RotateAppSecret } from './dto/rotate-app-secret.dto.js';
import type { ThirdPartyApp } from './third-party-app.entity.js';
import { THIRD_PARTY_APPS_PROBLEMS } from './third-party-apps.errors.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';
import { ownerOf } from './third-party-apps.service.js';

/** Secrets of confidential apps. */
@Injectable()
export class ThirdPartyAppSecrets {
  constructor(
    private readonly transactions: AppTransactions,
    private readonly repository: ThirdPartyAppsRepository,
    private readonly secrets: ClientSecrets,
    private readonly records: AppRecords,
  ) {}

  rotate(caller: Caller, submission: Submission, id: string, body: RotateAppSecret): Promise<MintedSecretDocument> {
    return this.transactions.run(caller, (tx) =>
      this.records.once(tx, submission, async () => {
        const app = await this.getForUpdate(tx, id);
        if (!app.usesSecrets())
          throw new Problem(
            THIRD_PARTY_APPS_PROBLEMS,
            'app_without_secrets',
            `The app authenticates with ${app.authMethod}, not with a secret.`,
          );
        const who = { caller, origin: submission.origin };
        const minted = body.keep_existing ? await this.addOne(tx, who, app, body) : await this.replace(tx, who, app, body);
        await this.records.announce(tx, id);
        return { ...SecretDocument.from(minted.record), client_id: id, client_secret: minted.text };
      }),
    );
  }

  list(caller: Caller, id: string): Promise<SecretList> {
    return this.transactions.run(caller, async (tx) => {
      if (!(await this.repository.find(tx, id))) throw notFound();
      return SecretList.from(await this.secrets.list(tx, id));
    });
  }

  delete(caller: Caller, origin: AuditOrigin, id: string, secretId: string): Promise<void> {
    return this.transactions.run(caller, async (tx) => {
      const app = await this.getForUpdate(tx, id);
      const secret = await this.secrets.delete(tx, id, secretId);
      if (!secret) throw notFound();
      await this.records.secret(tx, { caller, origin }, 'app.secret.deleted', app, secret);
      await this.records.announce(tx, id);
    });
  }

  private async addOne(
    tx: Transaction,
    who: { caller: Caller; origin: AuditOrigin },
    app: ThirdPartyApp,
    { name }: RotateAppSecret,
  ): Promise<MintedSecret> {
    const minted = await this.secrets.add(tx, ownerOf(app), name);
    await this.records.secret(tx, who, 'app.secret.created', app, minted.record);
    return minted;
  }

  private async replace(
    tx: Transaction,
    who: { caller: Caller; origin: AuditOrigin },
    app: ThirdPartyApp,
    { name, grace_seconds: graceSeconds = DEFAULT_GRACE_SECONDS }: RotateAppSecret,
  ): Promise<MintedSecret> {
    const { minted, before, retired } = await this.secrets.rotate(tx, ownerOf(app), { name, graceSeconds });
    const ending = before.map((secret) => ({ id: secret.id, expires_at: secret.expiresAt?.toISOString() }));
    await this.records.secret(tx, who, 'app.secret.rotated', app, minted.record, { grace_seconds: graceSeconds, ending });
    for (const secret of before.filter((one) => retired.includes(one.id)))
      await this.records.secret(tx, who, 'app.secret.retired', app, secret);
    return minted;
  }

  private async getForUpdate(tx: Transaction, id: string): Promise<ThirdPartyApp> {
    const app = await this.repository.findForUpdate(tx, id);
    if (!app) throw notFound();
    return app;
  }
}
