import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { requireOperator } from '../administration/index.js';
import { compareTrust } from './compare-trust.policy.js';
import { TrustMapDocument } from './dto/trust-map.dto.js';
import type { TrustMapQuery } from './dto/trust-map-query.dto.js';
import { toMermaid } from './mermaid.js';
import type { TrustFacts } from './trust-facts.js';
import { TrustMapRepository, type TimeSpan } from './trust-map.repository.js';
import { callersOfUnused } from './unused-grants.policy.js';

/** Of each kind of fact; a platform with more of one gets a map that says it is cut. */
const MAX_FACTS = 10_000;

export interface RenderedMap {
  readonly type: string;
  readonly body: TrustMapDocument | string;
}

/** Compares what may be called between our services with what was seen. Operators only. */
@Injectable()
export class TrustMaps {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: TrustMapRepository,
  ) {}

  /** @param accept the `Accept` header; `?format=` wins over it. */
  async render(caller: Caller, query: TrustMapQuery, accept: string | undefined): Promise<RenderedMap> {
    requireOperator(caller);
    const span = query.span();
    const facts = await this.transactions.run((tx) => this.read(tx, span));
    const map = compareTrust(facts);
    if (query.wantsMermaid(accept)) return { type: 'text/vnd.mermaid; charset=utf-8', body: toMermaid(map, isCut(facts)) };
    return { type: 'application/json; charset=utf-8', body: TrustMapDocument.from(map, span, isCut(facts)) };
  }

  private async read(tx: Transaction, span: TimeSpan): Promise<TrustFacts> {
    const services = await this.repository.services(tx, MAX_FACTS);
    const apis = await this.repository.apis(tx, MAX_FACTS);
    const internal = apis.filter(({ zone }) => zone === 'internal').map(({ id }) => id);
    const facts: TrustFacts = {
      services,
      apis,
      policies: await this.repository.policies(tx, MAX_FACTS),
      usage: await this.repository.usage(tx, internal, span, MAX_FACTS),
      refusals: await this.repository.refusals(tx, span, MAX_FACTS),
      lastUses: [],
    };
    return { ...facts, lastUses: await this.repository.lastUses(tx, callersOfUnused(facts), span.from, MAX_FACTS) };
  }
}

function isCut(facts: TrustFacts): boolean {
  return Object.values(facts).some((list: readonly unknown[]) => list.length >= MAX_FACTS);
}
