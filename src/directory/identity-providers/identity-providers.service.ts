import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { listDocument, Problem, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, changedFields, ChangeRecorder, notFound, requireEntry, requireOperator } from '../administration/index.js';
import { Orgs } from '../orgs/index.js';
import { IdentityProviderDocument } from './dto/identity-provider.dto.js';
import type { CreateIdentityProvider, UpdateIdentityProvider } from './dto/write-identity-provider.dto.js';
import { IdentityProvider } from './identity-provider.entity.js';
import { IDENTITY_PROVIDERS_PROBLEMS } from './identity-providers.errors.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { ProviderTerms } from './provider-terms.js';
import { ProviderTransactions } from './provider-transactions.js';

const MAX_PROVIDERS = 20;

/** Where the people of an organization sign in; without an organization, where everybody may. */
@Injectable()
export class IdentityProviders {
  private readonly publicUrl: string;

  constructor(
    private readonly transactions: ProviderTransactions,
    private readonly repository: IdentityProvidersRepository,
    private readonly terms: ProviderTerms,
    private readonly orgs: Orgs,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
    { settings }: Configuration,
  ) {
    this.publicUrl = settings.PUBLIC_URL;
  }

  create(caller: Caller, submission: Submission, owner: string | null, body: CreateIdentityProvider): Promise<IdentityProviderDocument> {
    requireMay(caller, owner);
    const provider = newProvider(owner);
    return this.transactions.run(owner, (tx) =>
      this.idempotency.once(tx, submission.idempotency, async () => {
        if (owner !== null) await this.orgs.getForCredentials(tx, owner);
        await this.terms.apply(tx, provider, body);
        if ((await this.repository.countAlone(tx, owner)) >= MAX_PROVIDERS)
          throw new Problem(IDENTITY_PROVIDERS_PROBLEMS, 'too_many_providers', `There are ${MAX_PROVIDERS} identity providers already.`);
        await saving(() => this.repository.insert(tx, provider));
        await this.record(tx, caller, submission.origin, 'identity_provider.created', provider, { after: provider.facts() });
        return this.documentOf(provider);
      }),
    );
  }

  list(caller: Caller, owner: string | null, query: ListQuery): Promise<ListDocument<IdentityProviderDocument>> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      if (owner !== null) await this.orgs.getInside(tx, owner);
      const page = await this.repository.list(tx, owner, query.after(), query.limit);
      return listDocument(page, (provider) => this.documentOf(provider));
    });
  }

  get(caller: Caller, owner: string | null, id: string): Promise<IdentityProviderDocument> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      const provider = await this.repository.find(tx, owner, id);
      if (!provider) throw notFound();
      return this.documentOf(provider);
    });
  }

  update(
    caller: Caller,
    origin: AuditOrigin,
    { owner, id }: { owner: string | null; id: string },
    body: UpdateIdentityProvider,
  ): Promise<IdentityProviderDocument> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      const provider = await this.getForUpdate(tx, owner, id);
      const before = provider.facts();
      const sealed = provider.sealedClientSecret;
      await this.terms.apply(tx, provider, body);
      const changed = changedFields(before, provider.facts());
      const secretChanged = sealed !== provider.sealedClientSecret;
      if (!changed && !secretChanged) return this.documentOf(provider);
      await saving(() => this.repository.update(tx, provider));
      if (changed && ('issuer' in changed.after || 'client_id' in changed.after)) await this.repository.markMoved(tx, id);
      const details = { ...changed, client_secret_changed: secretChanged };
      await this.record(tx, caller, origin, 'identity_provider.updated', provider, details);
      return this.documentOf(provider);
    });
  }

  delete(caller: Caller, origin: AuditOrigin, owner: string | null, id: string): Promise<void> {
    requireMay(caller, owner);
    return this.transactions.run(owner, async (tx) => {
      const provider = await this.getForUpdate(tx, owner, id);
      await this.repository.delete(tx, id);
      await this.record(tx, caller, origin, 'identity_provider.deleted', provider, { before: provider.facts() });
    });
  }

  private async getForUpdate(tx: Transaction, owner: string | null, id: string): Promise<IdentityProvider> {
    const provider = await this.repository.findForUpdate(tx, owner, id);
    if (!provider) throw notFound();
    return provider;
  }

  private async record(
    tx: Transaction,
    caller: Caller,
    origin: AuditOrigin,
    action: string,
    { id, name, orgId }: IdentityProvider,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.recorder.record(tx, actOf(caller, origin), { action, orgId, target: { type: 'identity_provider', id, name }, details });
  }

  private documentOf(provider: IdentityProvider): IdentityProviderDocument {
    return IdentityProviderDocument.from(provider, this.publicUrl);
  }
}

function requireMay(caller: Caller, owner: string | null): void {
  if (owner === null) requireOperator(caller);
  else requireEntry(caller, owner);
}

async function saving(save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new Problem(IDENTITY_PROVIDERS_PROBLEMS, 'provider_exists', 'There is a provider with this issuer and client id already.', {
      errors: [{ location: '/client_id', message: 'This client is used already.', fix: 'Change the provider that has it.' }],
    });
  }
}

function newProvider(owner: string | null): IdentityProvider {
  const now = new Date();
  return Object.assign(new IdentityProvider(), {
    id: newId('idp'),
    orgId: owner,
    name: '',
    status: 'active' as const,
    issuer: '',
    clientId: '',
    authMethod: 'client_secret_basic' as const,
    sealedClientSecret: null,
    rules: [],
    createdAt: now,
    updatedAt: now,
  });
}
