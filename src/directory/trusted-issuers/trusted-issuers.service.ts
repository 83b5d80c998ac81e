import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { listDocument, Problem, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { changedFields, notFound, requireEntry, requireOperator } from '../administration/index.js';
import { Orgs } from '../orgs/index.js';
import { TrustedIssuerDocument } from './dto/trusted-issuer.dto.js';
import type { CreateTrustedIssuer, UpdateTrustedIssuer } from './dto/write-trusted-issuer.dto.js';
import { TrustRecords } from './trust-records.js';
import { TrustTerms } from './trust-terms.js';
import { TrustTransactions } from './trust-transactions.js';
import { TrustedIssuer } from './trusted-issuer.entity.js';
import { TRUSTED_ISSUERS_PROBLEMS } from './trusted-issuers.errors.js';
import { TrustedIssuersRepository } from './trusted-issuers.repository.js';
import { TrustedPrincipals } from './trusted-principals.js';

const MAX_TRUSTED_ISSUERS = 20;
const DEFAULT_ASSERTION_LIFETIME_SECONDS = 3_600;

/** Whose tokens an organization trusts; without an organization, whose the platform trusts for its own services. */
@Injectable()
export class TrustedIssuers {
  constructor(
    private readonly transactions: TrustTransactions,
    private readonly repository: TrustedIssuersRepository,
    private readonly orgs: Orgs,
    private readonly terms: TrustTerms,
    private readonly principals: TrustedPrincipals,
    private readonly records: TrustRecords,
  ) {}

  async create(caller: Caller, submission: Submission, owner: string | null, body: CreateTrustedIssuer): Promise<TrustedIssuerDocument> {
    requireMay(caller, owner);
    const trust = newTrust(owner);
    const { added } = this.terms.apply(trust, body);
    const candidates = await this.principals.lookUp(caller, principalsOf(body));
    this.principals.requireAll(candidates, owner, added);
    return this.transactions.run(owner, (tx) =>
      this.records.once(tx, submission, async () => {
        if (owner !== null) await this.orgs.getForCredentials(tx, owner);
        if ((await this.repository.countAlone(tx, owner)) >= MAX_TRUSTED_ISSUERS)
          throw new Problem(
            TRUSTED_ISSUERS_PROBLEMS,
            'too_many_trusted_issuers',
            `There are ${MAX_TRUSTED_ISSUERS} trusted issuers already.`,
          );
        await this.records.saving(() => this.repository.insert(tx, trust));
        await this.records.changed(tx, caller, submission.origin, { action: 'created', trust, details: { after: trust.facts() } });
        return TrustedIssuerDocument.from(trust);
      }),
    );
  }

  list(caller: Caller, owner: string | null, query: ListQuery): Promise<ListDocument<TrustedIssuerDocument>> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      if (owner !== null) await this.orgs.getInside(tx, owner);
      const page = await this.repository.list(tx, owner, query.after(), query.limit);
      return listDocument(page, (trust) => TrustedIssuerDocument.from(trust));
    });
  }

  async get(caller: Caller, owner: string | null, id: string): Promise<TrustedIssuerDocument> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      const trust = await this.repository.find(tx, owner, id);
      if (!trust) throw notFound();
      return TrustedIssuerDocument.from(trust);
    });
  }

  async update(
    caller: Caller,
    origin: AuditOrigin,
    address: { owner: string | null; id: string },
    body: UpdateTrustedIssuer,
  ): Promise<TrustedIssuerDocument> {
    const { owner, id } = address;
    const present = await this.get(caller, owner, id);
    const candidates = await this.principals.lookUp(caller, [...principalsOf(body), ...principalsOf(present)]);
    return this.transactions.run(owner, async (tx) => {
      const trust = await this.getForUpdate(tx, owner, id);
      const before = trust.facts();
      const rulesBefore = trust.rules;
      const { added } = this.terms.apply(trust, body);
      this.principals.requireAll(candidates, owner, added);
      const changed = changedFields(before, trust.facts());
      if (!changed) return TrustedIssuerDocument.from(trust);
      await this.records.saving(() => this.repository.update(tx, trust));
      const removed = rulesBefore.filter((rule) => !trust.rules.includes(rule)).map((rule) => rule.id);
      await this.records.changed(tx, caller, origin, { action: 'updated', trust, details: { ...changed, removed_rules: removed } });
      return TrustedIssuerDocument.from(trust);
    });
  }

  delete(caller: Caller, origin: AuditOrigin, owner: string | null, id: string): Promise<void> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      const trust = await this.getForUpdate(tx, owner, id);
      await this.repository.delete(tx, id);
      const removed = trust.rules.map((rule) => rule.id);
      await this.records.changed(tx, caller, origin, {
        action: 'deleted',
        trust,
        details: { before: trust.facts(), removed_rules: removed },
      });
    });
  }

  private async getForUpdate(tx: Transaction, owner: string | null, id: string): Promise<TrustedIssuer> {
    const trust = await this.repository.findForUpdate(tx, owner, id);
    if (!trust) throw notFound();
    return trust;
  }
}

function requireMay(caller: Caller, owner: string | null): void {
  if (owner === null) requireOperator(caller);
  else requireEntry(caller, owner);
}

function principalsOf({ rules = [] }: { rules?: readonly { principal: string }[] }): string[] {
  return rules.map((rule) => rule.principal);
}

function newTrust(owner: string | null): TrustedIssuer {
  const now = new Date();
  return Object.assign(new TrustedIssuer(), {
    id: newId('iss'),
    orgId: owner,
    issuer: '',
    jwksUri: null,
    jwks: null,
    rules: [],
    assertionReuse: 'refused' as const,
    maxAssertionLifetimeSeconds: DEFAULT_ASSERTION_LIFETIME_SECONDS,
    createdAt: now,
    updatedAt: now,
  });
}
