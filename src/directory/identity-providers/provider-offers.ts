import { Injectable } from '@nestjs/common';
import { PlatformTransactions } from '../../platform/database/index.js';
import { domainOf, readEmail } from '../users/index.js';
import { undisputed } from './domain-claims.policy.js';
import { MAX_OFFERS, ProviderOffersRepository, type OfferRow } from './provider-offers.repository.js';

/** What somebody is told who may sign in by a provider. Its name is the owner's word; the host is where they are sent. */
export interface ProviderOffer {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  /** Null for a provider of the platform. */
  readonly orgId: string | null;
  readonly orgName: string | null;
}

/** Which identity providers people may choose from. */
@Injectable()
export class ProviderOffers {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ProviderOffersRepository,
  ) {}

  async find(id: string): Promise<ProviderOffer | undefined> {
    const row = await this.transactions.run((tx) => this.repository.find(tx, id));
    return row && toOffer(row);
  }

  /** Those of the platform, and those of an organization that somebody has named. Which ones others have is nobody's business. */
  async list(orgId: string | undefined): Promise<readonly ProviderOffer[]> {
    return (await this.transactions.run((tx) => this.repository.list(tx, orgId))).map(toOffer);
  }

  /** By the domain alone: whose address it is, and whether there is such a person, is not looked at. */
  async forAddress(text: string): Promise<readonly ProviderOffer[]> {
    const email = readEmail(text);
    if (email === undefined) return [];
    const rows = await this.transactions.run((tx) => this.repository.forDomain(tx, domainOf(email)));
    // Of more than one owner can have, somebody's might be hidden behind somebody else's; those of operators come first and count alone.
    return rows.length > MAX_OFFERS && rows[0]?.org_id !== null ? [] : undisputed(rows.map(toOffer));
  }
}

function toOffer({ id, name, issuer, org_id: orgId, org_name: orgName }: OfferRow): ProviderOffer {
  return { id, name, issuer, orgId, orgName };
}
