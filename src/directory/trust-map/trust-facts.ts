import type { OrgMode, Zone } from '@countersign/oauth';

export interface ServiceFact {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
}

export interface ApiFact {
  readonly id: string;
  readonly identifier: string;
  readonly zone: Zone;
  readonly active: boolean;
  /** Microservices that may exchange its tokens. */
  readonly servedBy: readonly string[];
}

export interface PolicyFact {
  readonly id: string;
  readonly callerId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  readonly orgMode: OrgMode;
  readonly createdAt: Date;
}

/** Calls of one kind, as the guards of an internal API reported them. */
export interface UsageFact {
  /** null: nobody was proven, or there were too many kinds of calls to keep the client. */
  readonly clientId: string | null;
  readonly apiId: string;
  readonly operation: string;
  /** What the operation needs. */
  readonly scopes: readonly string[];
  readonly result: string;
  readonly calls: number;
  readonly lastSeenAt: Date;
}

/** The last accepted call that needed a scope, before the window; null: one that named none. */
export interface LastUseFact {
  readonly clientId: string;
  readonly apiId: string;
  readonly scope: string | null;
  readonly lastSeenAt: Date;
}

/** Tokens that a service was refused. */
export interface RefusalFact {
  readonly callerId: string;
  /** null: it asked for an API that does not exist, or for none. */
  readonly apiId: string | null;
  /** Those it asked for, where the API has them all. */
  readonly scope: string | null;
  readonly reason: string;
  readonly count: number;
  readonly lastSeenAt: Date;
  /** There are older ones that were not looked at. */
  readonly isCut: boolean;
}

/** Everything that is compared. */
export interface TrustFacts {
  readonly services: readonly ServiceFact[];
  /** Internal ones, and the public ones that services serve. */
  readonly apis: readonly ApiFact[];
  readonly policies: readonly PolicyFact[];
  readonly usage: readonly UsageFact[];
  readonly lastUses: readonly LastUseFact[];
  readonly refusals: readonly RefusalFact[];
}

/** Names of ids; what is gone keeps its id. */
export class Names {
  private readonly services: ReadonlyMap<string, string>;
  private readonly apis: ReadonlyMap<string, string>;

  constructor({ services, apis }: Pick<TrustFacts, 'services' | 'apis'>) {
    this.services = new Map(services.map(({ id, name }) => [id, name]));
    this.apis = new Map(apis.map(({ id, identifier }) => [id, identifier]));
  }

  service(id: string): string {
    return this.services.get(id) ?? id;
  }

  api(id: string): string {
    return this.apis.get(id) ?? id;
  }
}
