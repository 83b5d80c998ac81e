import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, sqlState, TenantTransactions, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { listDocument, Problem, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, changedFields, ChangeRecorder, isOperator, notFound, requireEntry, requireOperator } from '../administration/index.js';
import { Ceilings } from './ceilings.js';
import { OrgDocument } from './dto/org.dto.js';
import type { CreateOrg, UpdateOrg } from './dto/write-org.dto.js';
import { Org } from './org.entity.js';
import { ORGS_PROBLEMS } from './orgs.errors.js';
import { OrgsRepository } from './orgs.repository.js';

/** What administrators do with organizations. Operators change them; everyone else sees the own one. */
@Injectable()
export class Orgs {
  constructor(
    private readonly platform: PlatformTransactions,
    private readonly tenants: TenantTransactions,
    private readonly repository: OrgsRepository,
    private readonly ceilings: Ceilings,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  async create(caller: Caller, submission: Submission, body: CreateOrg): Promise<OrgDocument> {
    requireOperator(caller);
    const org = this.newOrg(body);
    return this.platform.run((tx) =>
      this.idempotency.once(tx, submission.idempotency, async () => {
        await saving(() => this.repository.insert(tx, org));
        await this.recorder.record(tx, actOf(caller, submission.origin), {
          action: 'org.created',
          orgId: org.id,
          target: targetOf(org),
          details: { after: org.facts() },
        });
        await this.recorder.announce(tx, 'orgs', org.id);
        return OrgDocument.from(org);
      }),
    );
  }

  list(caller: Caller, query: ListQuery): Promise<ListDocument<OrgDocument>> {
    const work = async (tx: Transaction): Promise<ListDocument<OrgDocument>> =>
      listDocument(await this.repository.list(tx, query.after(), query.limit), (org) => OrgDocument.from(org));
    if (isOperator(caller)) return this.platform.run(work);
    // Without an organization nothing is visible, so the list is empty.
    return this.tenants.run(caller.orgId ?? '', work);
  }

  async get(caller: Caller, id: string): Promise<OrgDocument> {
    requireEntry(caller, id);
    return OrgDocument.from(await this.tenants.run(id, (tx) => this.getInside(tx, id)));
  }

  async update(caller: Caller, origin: AuditOrigin, id: string, body: UpdateOrg): Promise<OrgDocument> {
    requireEntry(caller, id);
    requireOperator(caller);
    return this.platform.run(async (tx) => {
      const org = await this.repository.findForUpdate(tx, id);
      if (!org) throw notFound();
      org.requireChangeable();
      const before = org.facts();
      this.applyTo(org, body);
      const changed = changedFields(before, org.facts());
      if (!changed) return OrgDocument.from(org);
      await saving(() => this.repository.update(tx, org));
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'org.updated',
        orgId: id,
        target: targetOf(org),
        details: { ...changed },
      });
      await this.recorder.announce(tx, 'orgs', id);
      return OrgDocument.from(org);
    });
  }

  async delete(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    requireEntry(caller, id);
    requireOperator(caller);
    await this.platform.run(async (tx) => {
      const org = await this.repository.findForUpdate(tx, id);
      if (!org) throw notFound();
      org.requireChangeable();
      await this.repository.delete(tx, id);
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'org.deleted',
        orgId: id,
        target: targetOf(org),
        details: { before: org.facts() },
      });
      await this.recorder.announce(tx, 'orgs', id);
    });
  }

  /** For what is created inside an organization. @throws Problem `not_found` */
  async getInside(tx: Transaction, id: string): Promise<Org> {
    const org = await this.repository.find(tx, id);
    if (!org) throw notFound();
    return org;
  }

  /** @throws Problem `not_found`, `org_suspended` */
  async getForCredentials(tx: Transaction, id: string): Promise<Org> {
    const org = await this.getInside(tx, id);
    if (!org.isActive())
      throw new Problem(ORGS_PROBLEMS, 'org_suspended', 'The organization is suspended. Reinstate it before you create credentials in it.');
    return org;
  }

  /** Those of them that there are and that are not suspended; none of them is deleted before the transaction ends. */
  activeOf(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.repository.holdActive(tx, ids);
  }

  private newOrg(body: CreateOrg): Org {
    const now = new Date();
    const org = Object.assign(new Org(), {
      id: newId('org'),
      externalId: null,
      status: 'active' as const,
      ceiling: null,
      maxApiKeyLifetimeSeconds: null,
      createdAt: now,
    });
    this.applyTo(org, body);
    return org;
  }

  private applyTo(org: Org, body: UpdateOrg): void {
    if (body.ceiling !== undefined) org.ceiling = this.ceilings.check(body.ceiling);
    if (body.external_id !== undefined) org.externalId = body.external_id;
    if (body.max_api_key_lifetime_seconds !== undefined) org.maxApiKeyLifetimeSeconds = body.max_api_key_lifetime_seconds;
    org.name = body.name ?? org.name;
    org.updatedAt = new Date();
  }
}

export function targetOf(org: Org): { type: string; id: string; name: string } {
  return { type: 'org', id: org.id, name: org.name };
}

async function saving(save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new Problem(ORGS_PROBLEMS, 'external_id_taken', 'Another organization has this external_id.', {
      errors: [
        { location: '/external_id', message: 'The external_id is taken.', fix: 'Choose another, or change the organization that has it.' },
      ],
    });
  }
}
