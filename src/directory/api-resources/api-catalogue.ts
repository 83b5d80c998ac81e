import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { TargetApi } from '@countersign/oauth';
import { Changes } from '../../platform/changes/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { Log } from '../../platform/logging/index.js';
import { ApiResourcesRepository } from './api-resources.repository.js';
import { ApiSeeding, type SystemApi } from './api-seeding.js';
import type { ApiResource } from './api-resource.entity.js';
import type { ScopeDefinition } from './api-scope.entity.js';
import { lookupKeyOf } from './api-identifier.policy.js';

/** `systemKey` of the API that tells who a person is. */
export const IDENTITY_API = 'identity';

const RETRY_MS = 1_000;
/** Only the safety net: every change is announced. */
const REFRESH_MS = 60_000;

/** An API as replicas keep it in memory. */
export interface CatalogueApi extends TargetApi {
  readonly name: string;
  readonly system: boolean;
  /** It tells who a person is: its scopes are those of OpenID Connect, which apps may ask for beside those of any API. */
  readonly identity: boolean;
  /** Microservices that may exchange tokens of this API. */
  readonly servedBy: readonly string[];
  readonly definitions: ReadonlyMap<string, ScopeDefinition>;
  /** How long its guards may go without word of revocations. */
  readonly maxStalenessSeconds: number;
}

interface Snapshot {
  readonly byIdentifier: ReadonlyMap<string, CatalogueApi>;
  readonly byLookupKey: ReadonlyMap<string, CatalogueApi>;
  readonly byId: ReadonlyMap<string, CatalogueApi>;
}

/** All APIs in memory; when the database is away, the last good ones. */
@Injectable()
export class ApiCatalogue implements OnModuleInit, OnApplicationShutdown {
  private snapshot: Snapshot = snapshotOf([]);
  private asked = 0;
  private applied = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ApiResourcesRepository,
    private readonly seeding: ApiSeeding,
    private readonly log: Log,
    changes: Changes,
  ) {
    changes.on('apis', () => this.refresh());
  }

  async onModuleInit(): Promise<void> {
    await this.load();
    this.schedule(REFRESH_MS);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** By identifier, or by another spelling of it. */
  find(identifier: string): CatalogueApi | undefined {
    return this.snapshot.byIdentifier.get(identifier) ?? this.snapshot.byLookupKey.get(lookupKeyOf(identifier));
  }

  byId(id: string): CatalogueApi | undefined {
    return this.snapshot.byId.get(id);
  }

  /** A scope that may be allowed together with those of an API: one of its own, or one about the person. */
  definitionOf(api: CatalogueApi, scope: string): ScopeDefinition | undefined {
    return (
      api.definitions.get(scope) ??
      this.list()
        .find(({ identity }) => identity)
        ?.definitions.get(scope)
    );
  }

  list(): readonly CatalogueApi[] {
    return [...this.snapshot.byId.values()];
  }

  /** Registers an API of the platform itself, or brings it up to date; replicas may do it together. Answers its id. */
  async seed(api: SystemApi): Promise<string> {
    const id = await this.seeding.seed(api);
    await this.load();
    return id;
  }

  private async refresh(): Promise<void> {
    try {
      await this.load();
      this.schedule(REFRESH_MS);
    } catch (error) {
      this.log.warn('apis.not_reloaded', { error });
      this.schedule(RETRY_MS);
    }
  }

  private async load(): Promise<void> {
    const ticket = ++this.asked;
    const apis = await this.transactions.run((tx) => this.repository.loadAll(tx));
    // Loads may overtake each other; the one that was asked for last has read the newest rows.
    if (ticket < this.applied) return;
    this.applied = ticket;
    this.snapshot = snapshotOf(apis);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => void this.refresh(), ms).unref();
  }
}

function snapshotOf(apis: readonly ApiResource[]): Snapshot {
  const entries = apis.map(toCatalogueApi);
  return {
    byIdentifier: new Map(entries.map((api) => [api.identifier, api])),
    byLookupKey: new Map(entries.map((api) => [lookupKeyOf(api.identifier), api])),
    byId: new Map(entries.map((api) => [api.id, api])),
  };
}

function toCatalogueApi(api: ApiResource): CatalogueApi {
  const { id, identifier, name, zone, servedBy, signingAlg, senderConstraint, maxStalenessSeconds, scopes } = api;
  return Object.freeze({
    id,
    identifier,
    name,
    zone,
    servedBy,
    signingAlg,
    senderConstraint,
    maxStalenessSeconds,
    system: api.isSystem(),
    identity: api.systemKey === IDENTITY_API,
    active: api.status === 'active',
    scopes: scopes.map((scope) => scope.name),
    definitions: new Map(scopes.map((scope) => [scope.name, scope])),
    tokenLifetimeSeconds: api.tokenLifetimeSeconds ?? undefined,
  });
}
