import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isSecret } from '@countersign/oauth';
import { Changes } from '../../platform/changes/index.js';
import { isId, SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { ClientCache } from '../credentials/index.js';
import { factsOf, type ApiKeyFacts } from './api-key-facts.js';
import { ApiKeyStandings } from './api-key-standings.repository.js';

const MAX_KEYS = 50_000;
const MAX_UNKNOWN = 10_000;
/** KEYS-3: what is unknown is asked again after a second. */
const UNKNOWN_MS = 1_000;

/** Keys in memory until they change: a guard asks the database once per key and change, never once per request. */
@Injectable()
export class KnownApiKeys {
  private readonly facts = new ClientCache<ApiKeyFacts>((id) => this.load(id));
  /** Under the SHA-256 of the key, which is never kept itself. A key never becomes another one's, so nothing here is ever wrong. */
  private readonly ids = new LRUCache<string, string>({ max: MAX_KEYS });
  private readonly unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN, ttl: UNKNOWN_MS });
  private readonly searching = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly standings: ApiKeyStandings,
    private readonly digests: SecretDigests,
    private readonly changes: Changes,
  ) {
    changes.on('clients', (id) => (id === undefined ? this.facts.forgetAll() : this.facts.forget(id)));
    changes.on('orgs', (id) => (id === undefined ? this.facts.forgetAll() : this.facts.forgetOrg(id)));
    // A scope or a whole API may be gone.
    changes.on('apis', () => this.facts.forgetAll());
  }

  /** What is known of a key, without a promise; undefined when it has to be looked for. */
  recall(text: string): ApiKeyFacts | undefined {
    if (!this.changes.isCurrent()) return undefined;
    const id = this.ids.get(nameOf(text));
    return id === undefined ? undefined : this.facts.recall(id);
  }

  /** The key with this text; undefined for a text that is none. */
  async find(text: string): Promise<ApiKeyFacts | undefined> {
    // A typing error, or another kind of secret, is told without asking anybody.
    if (!isApiKey(text)) return undefined;
    const id = await this.idOf(text);
    return id === undefined ? undefined : this.byId(id);
  }

  byId(id: string): Promise<ApiKeyFacts | undefined> {
    // A replica that may have missed changes asks the database: a key that was revoked elsewhere must not get in.
    return this.changes.isCurrent() ? this.facts.find(id) : this.facts.findFresh(id);
  }

  private async idOf(text: string): Promise<string | undefined> {
    const name = nameOf(text);
    const known = this.ids.get(name);
    if (known !== undefined || this.unknown.has(name)) return known;
    return this.searching.get(name) ?? this.search(name, text);
  }

  /** One search at a time per key, however many requests come with it. */
  private search(name: string, text: string): Promise<string | undefined> {
    const searching = this.transactions
      .run((tx) => this.standings.idOf(tx, this.digests.everyDigest(text)))
      .then((id) => {
        if (id === undefined) this.unknown.set(name, true);
        else this.ids.set(name, id);
        return id;
      })
      .finally(() => this.searching.delete(name));
    this.searching.set(name, searching);
    return searching;
  }

  private async load(id: string): Promise<ApiKeyFacts | undefined> {
    const standing = await this.transactions.run((tx) => this.standings.find(tx, id));
    return standing && factsOf(standing);
  }
}

/** Tells a key or personal access token from every other text, without asking anybody. */
export function isApiKey(text: string): boolean {
  return isSecret(text, 'csn_key_live') || isSecret(text, 'csn_pat');
}

/** The same for the id of one. */
export function isApiKeyId(text: string): boolean {
  return isId(text, 'key') || isId(text, 'pat');
}

function nameOf(text: string): string {
  return hash('sha256', text, 'binary');
}
