import { Injectable } from '@nestjs/common';
import type { AccessTokenAlg, Zone } from '@countersign/oauth';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { ChangeRecorder, SYSTEM_ACT } from '../administration/index.js';
import { lookupKeyOf } from './api-identifier.policy.js';
import { ApiResource, DEFAULT_MAX_STALENESS_SECONDS, type SenderConstraint } from './api-resource.entity.js';
import { defaultAlg } from './api-resource.policy.js';
import { ApiResourcesRepository } from './api-resources.repository.js';
import { ApiScope, type ScopeDefinition } from './api-scope.entity.js';

/** An API that the platform brings itself. */
export interface SystemApi {
  /** Names it for ever; its identifier follows the platform's own address. */
  readonly key: string;
  readonly identifier: string;
  readonly name: string;
  readonly zone: Zone;
  readonly scopes: readonly ScopeDefinition[];
  readonly tokenLifetimeSeconds?: number;
  readonly signingAlg?: AccessTokenAlg;
  readonly senderConstraint?: SenderConstraint;
  readonly servedBy?: readonly string[];
}

/** Registers the platform's own APIs at start, once, however many replicas start together. */
@Injectable()
export class ApiSeeding {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ApiResourcesRepository,
    private readonly recorder: ChangeRecorder,
  ) {}

  /** Answers the id. What an operator has changed since stays; missing scopes are added and the identifier is brought up to date. */
  seed(seed: SystemApi): Promise<string> {
    return this.transactions.run(async (tx) => {
      const created = await this.repository.insertSystem(tx, toEntity(seed));
      const api = await this.repository.findSystem(tx, seed.key);
      if (!api)
        throw new Error(
          `The identifier ${seed.identifier} of the platform's own API "${seed.key}" belongs to another API. Delete or rename that one.`,
        );
      const previous = await this.rename(tx, api, seed.identifier);
      const added = await this.repository.addMissingScopes(
        tx,
        seed.scopes.map((scope, i) => ApiScope.of(api.id, scope, i)),
      );
      if (created || previous !== undefined || added.length > 0) await this.announce(tx, api, { created, previous, added });
      return api.id;
    });
  }

  /** Answers the identifier that it had before; undefined when it stays. */
  private async rename(tx: Transaction, api: ApiResource, identifier: string): Promise<string | undefined> {
    const previous = api.identifier;
    if (previous === identifier) return undefined;
    Object.assign(api, { identifier, lookupKey: lookupKeyOf(identifier), updatedAt: new Date() });
    await this.repository.rename(tx, api);
    return previous;
  }

  private async announce(
    tx: Transaction,
    api: ApiResource,
    change: { created: boolean; previous: string | undefined; added: readonly string[] },
  ): Promise<void> {
    const details = { identifier: api.identifier, previous_identifier: change.previous, added_scopes: change.added };
    await this.recorder.record(tx, SYSTEM_ACT, {
      action: change.created ? 'api.created' : 'api.updated',
      target: { type: 'api', id: api.id, name: api.name },
      details,
    });
    await this.recorder.announce(tx, 'apis', api.id);
  }
}

function toEntity(seed: SystemApi): ApiResource {
  const now = new Date();
  return Object.assign(new ApiResource(), {
    id: newId('api'),
    identifier: seed.identifier,
    lookupKey: lookupKeyOf(seed.identifier),
    name: seed.name,
    zone: seed.zone,
    status: 'active' as const,
    systemKey: seed.key,
    createdAt: now,
    updatedAt: now,
    scopes: [],
    tokenLifetimeSeconds: seed.tokenLifetimeSeconds ?? null,
    maxStalenessSeconds: DEFAULT_MAX_STALENESS_SECONDS,
    signingAlg: seed.signingAlg ?? defaultAlg(seed.zone),
    senderConstraint: seed.senderConstraint ?? 'none',
    servedBy: [...(seed.servedBy ?? [])],
  });
}
