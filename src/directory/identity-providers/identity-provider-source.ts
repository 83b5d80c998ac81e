import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { Sealer } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ActiveOrgs } from '../orgs/index.js';
import type { IdentityProvider } from './identity-provider.entity.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { ProviderTransactions } from './provider-transactions.js';

/** Identity providers as a sign-in asks for them. Read each time: sign-ins are rare, and one that was disabled must let nobody in. */
@Injectable()
export class IdentityProviderSource {
  constructor(
    private readonly transactions: ProviderTransactions,
    private readonly repository: IdentityProvidersRepository,
    private readonly orgs: ActiveOrgs,
    private readonly sealer: Sealer,
  ) {}

  /** One that may sign people in: active, and its organization too. */
  async find(id: string): Promise<IdentityProvider | undefined> {
    const provider = await this.transactions.anywhere((tx) => this.repository.findAnywhere(tx, id));
    if (provider?.status !== 'active') return undefined;
    return provider.orgId === null || (await this.orgs.has(provider.orgId)) ? provider : undefined;
  }

  /** Whether it is still the same client at the same issuer; until the transaction ends that cannot change. */
  hold(tx: Transaction, { id, issuer, clientId }: IdentityProvider): Promise<boolean> {
    return this.repository.holdClient(tx, id, issuer, clientId);
  }

  /** Those of the platform, for the sign-in page. Which ones organizations have is nobody's business there. */
  listForEverybody(): Promise<readonly IdentityProvider[]> {
    return this.transactions.run(null, (tx) => this.repository.listActive(tx, null));
  }

  /** Whether anybody can sign in by another provider at all. */
  hasActive(): Promise<boolean> {
    return this.transactions.anywhere((tx) => this.repository.existsActive(tx));
  }

  /** Our client secret there; undefined for a public client. */
  async secretOf(provider: IdentityProvider): Promise<string | undefined> {
    if (provider.sealedClientSecret === null) return undefined;
    return Buffer.from(await this.sealer.open('external', provider.secretPurpose(), provider.sealedClientSecret)).toString('utf8');
  }
}
