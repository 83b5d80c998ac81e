import { Injectable } from '@nestjs/common';
import { mintSecret, type ClientGrant } from '@countersign/oauth';
import { newId, SecretDigests } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { httpProblem, Problem } from '../../platform/http/index.js';
import type { Act } from '../administration/index.js';
import { ApiCatalogue, resolveMachineGrants, type CatalogueApi, type ResolvedGrant } from '../api-resources/index.js';
import { DEFAULT_GRACE_SECONDS } from '../credentials/index.js';
import type { Org } from '../orgs/index.js';
import { readNetwork } from '../service-principals/index.js';
import { ApiKey, type RevocationReason } from './api-key.entity.js';
import { expiryOf } from './api-key-lifetime.policy.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { API_KEYS_PROBLEMS } from './api-keys.errors.js';
import { ApiKeyDocument, type MintedApiKeyDocument } from './dto/api-key.dto.js';
import type { CreateApiKey, RotateApiKey } from './dto/write-api-key.dto.js';

/** Exchanged tokens live a day at most: an overlap of that length outlives them all. */
const LONGEST_TOKEN_SECONDS = 86_400;

/** Whose the new key is, and who makes it. */
export interface NewKeyOwner {
  readonly org: Org;
  readonly userId: string | null;
  readonly createdBy: string;
}

/** Makes, replaces and ends keys; who may have which is decided before. */
@Injectable()
export class ApiKeyMinting {
  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly digests: SecretDigests,
    private readonly records: ApiKeyRecords,
    private readonly apis: ApiCatalogue,
  ) {}

  /** @throws Problem `validation_failed` when the API or a scope does not exist, or is for apps only */
  resolve({ audience, scopes }: ClientGrant): ResolvedGrant<CatalogueApi> {
    const { resolved, mistakes } = resolveMachineGrants([{ audience, scopes }], (name) => this.apis.find(name), '');
    const [grant] = resolved;
    if (grant && mistakes.length === 0) return grant;
    throw httpProblem('validation_failed', 'The key names what it cannot have. Nothing was stored.', {
      errors: mistakes.map((mistake) => ({ ...mistake, location: mistake.location.replace(/^\/0/, '') })),
    });
  }

  async create(
    tx: Transaction,
    act: Act,
    owner: NewKeyOwner,
    { api, scopes }: ResolvedGrant<CatalogueApi>,
    body: CreateApiKey,
  ): Promise<MintedApiKeyDocument> {
    const { key, text } = this.mint(owner, {
      name: body.name,
      apiId: api.id,
      scopes: [...scopes],
      allowedIps: (body.allowed_ips ?? []).flatMap((network) => readNetwork(network) ?? []),
      expiresAt: expiryWithin(owner.org, body.expires_at),
    });
    await this.repository.insert(tx, key);
    await this.records.record(tx, act, { action: 'api_key.created', key, details: { after: key.facts(api.identifier) } });
    return { ...ApiKeyDocument.from(key, api.identifier), key: text };
  }

  /** A new key with the settings of the old one, which ends after the grace. @throws Problem `api_key_ended`, `api_key_replaced` */
  async rotate(tx: Transaction, act: Act, owner: NewKeyOwner, old: ApiKey, body: RotateApiKey): Promise<MintedApiKeyDocument> {
    requireRotatable(old);
    const { grace_seconds: graceSeconds = DEFAULT_GRACE_SECONDS, expires_at: wished } = body;
    const { name, apiId, scopes, allowedIps, createdAt } = old;
    const expiresAt = expiryWithin(owner.org, wished, old.expiresAt.getTime() - createdAt.getTime());
    const { key, text } = this.mint(owner, { name, apiId, scopes, allowedIps, expiresAt });
    await this.repository.insert(tx, key);
    old.replaceBy(key.id, new Date(Date.now() + graceSeconds * 1000));
    if (graceSeconds === 0) old.revoke('rotated');
    await this.repository.saveEnd(tx, old);
    const ending = { id: old.id, expires_at: old.expiresAt.toISOString() };
    await this.records.record(tx, act, { action: 'api_key.rotated', key, details: { replaces: ending, grace_seconds: graceSeconds } });
    await this.endTokensOf(tx, act, old, graceSeconds);
    await this.records.announce(tx, old.id);
    return { ...ApiKeyDocument.from(key, this.audienceOf(apiId)), key: text };
  }

  /** Ending an ended key changes nothing and succeeds. */
  async revoke(tx: Transaction, act: Act, key: ApiKey, reason: RevocationReason, details: Record<string, unknown> = {}): Promise<boolean> {
    return (await this.revokeAll(tx, act, [key], { reason, ...details })) > 0;
  }

  /** Keys that are locked. @returns how many of them had not ended */
  async revokeAll(
    tx: Transaction,
    act: Act,
    keys: readonly ApiKey[],
    details: { reason: RevocationReason } & Record<string, unknown>,
  ): Promise<number> {
    const live = keys.filter((key) => key.status() === 'active');
    for (const key of live) {
      key.revoke(details.reason);
      await this.repository.saveEnd(tx, key);
    }
    await this.records.recordAll(
      tx,
      act,
      live.map((key) => ({ action: 'api_key.revoked', key, details })),
    );
    for (const { id } of live) await this.records.announce(tx, id);
    return live.length;
  }

  audienceOf(apiId: string): string {
    return this.apis.byId(apiId)?.identifier ?? '';
  }

  /** Tokens that the old key was exchanged for must not outlive it. What the grace covers ends by itself; a shorter one ends them now. */
  private async endTokensOf(tx: Transaction, act: Act, key: ApiKey, graceSeconds: number): Promise<void> {
    if (graceSeconds >= LONGEST_TOKEN_SECONDS) return;
    const action = graceSeconds === 0 ? 'api_key.revoked' : 'api_key.shortened';
    await this.records.record(tx, act, { action, key, details: { reason: 'rotated', expires_at: key.expiresAt.toISOString() } });
  }

  private mint(
    { org, userId, createdBy }: NewKeyOwner,
    settings: Pick<ApiKey, 'name' | 'apiId' | 'scopes' | 'allowedIps' | 'expiresAt'>,
  ): { key: ApiKey; text: string } {
    const text = mintSecret(userId === null ? 'csn_key_live' : 'csn_pat');
    const key = Object.assign(new ApiKey(), {
      ...settings,
      id: newId(userId === null ? 'key' : 'pat'),
      orgId: org.id,
      userId,
      ...this.digests.digest(text),
      hint: text.slice(-4),
      createdBy,
      createdAt: new Date(),
      revokedAt: null,
      revokedReason: null,
      replacedBy: null,
      lastUsedAt: null,
    });
    return { key, text };
  }
}

// A second successor would hide the first, which then nobody finds to revoke.
function requireRotatable(key: ApiKey): void {
  if (key.status() !== 'active')
    throw new Problem(API_KEYS_PROBLEMS, 'api_key_ended', 'The key has expired or was revoked. Create a new one.');
  if (key.replacedBy !== null)
    throw new Problem(API_KEYS_PROBLEMS, 'api_key_replaced', `The key was rotated before. Rotate ${key.replacedBy}, which took its place.`);
}

/** @throws Problem `validation_failed` */
function expiryWithin({ maxApiKeyLifetimeSeconds }: Org, wished: string | undefined, usualMs?: number): Date {
  const expiry = expiryOf({
    now: new Date(),
    expiresAt: wished === undefined ? undefined : new Date(wished),
    ...(usualMs !== undefined && { usualMs }),
    maxLifetimeSeconds: maxApiKeyLifetimeSeconds,
  });
  if (expiry instanceof Date) return expiry;
  throw httpProblem('validation_failed', 'The key cannot end then. Nothing was stored.', {
    errors: [{ location: '/expires_at', message: expiry.mistake, fix: 'Leave expires_at out, or choose a time in between.' }],
  });
}
