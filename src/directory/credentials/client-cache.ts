import { LRUCache } from 'lru-cache';
import type { Client } from '@countersign/oauth';
import { FreshLoads } from './fresh-loads.js';

const MAX_CLIENTS = 50_000;
/** Only the safety net: every change is announced. */
const KNOWN_MS = 60_000;
const MAX_UNKNOWN = 10_000;
const UNKNOWN_MS = 2_000;

/** Keeps clients, or other facts of an organization, in memory: bounded, one load at a time per client, and nothing that was forgotten while it was loading. */
export class ClientCache<T extends { readonly orgId: string | undefined } = Client> {
  private readonly known = new LRUCache<string, T>({ max: MAX_CLIENTS, ttl: KNOWN_MS });
  private readonly unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN, ttl: UNKNOWN_MS });
  private readonly loading = new Map<string, Promise<T | undefined>>();

  private readonly fresh: FreshLoads<T | undefined>;

  constructor(private readonly load: (clientId: string) => Promise<T | undefined>) {
    this.fresh = new FreshLoads(load);
  }

  async find(clientId: string): Promise<T | undefined> {
    const known = this.known.get(clientId);
    if (known || this.unknown.has(clientId)) return known;
    return this.loading.get(clientId) ?? this.start(clientId);
  }

  /** Past memory, for a replica that may have missed changes; leaves it as it is, because whoever hears again forgets first what changed. */
  findFresh(clientId: string): Promise<T | undefined> {
    return this.fresh.find(clientId);
  }

  /** What is in memory, without asking anybody: for paths that cannot afford a promise. */
  recall(clientId: string): T | undefined {
    return this.known.get(clientId);
  }

  forget(clientId: string): void {
    this.known.delete(clientId);
    this.unknown.delete(clientId);
    this.loading.delete(clientId);
  }

  forgetOrg(orgId: string): void {
    for (const [id, client] of this.known.entries()) if (client.orgId === orgId) this.known.delete(id);
    this.loading.clear();
  }

  forgetAll(): void {
    this.known.clear();
    this.unknown.clear();
    this.loading.clear();
  }

  private start(clientId: string): Promise<T | undefined> {
    const loading: Promise<T | undefined> = this.load(clientId).then(
      (client) => this.finish(clientId, loading, client),
      (error: unknown) => {
        if (this.loading.get(clientId) === loading) this.loading.delete(clientId);
        throw error;
      },
    );
    this.loading.set(clientId, loading);
    return loading;
  }

  private finish(clientId: string, loading: Promise<T | undefined>, client: T | undefined): T | undefined | Promise<T | undefined> {
    // The client changed while its old state was being read: read it again.
    if (this.loading.get(clientId) !== loading) return this.find(clientId);
    this.loading.delete(clientId);
    if (client) this.known.set(clientId, client);
    else this.unknown.set(clientId, true);
    return client;
  }
}
