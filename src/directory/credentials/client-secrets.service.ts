import { Injectable } from '@nestjs/common';
import { mintSecret } from '@countersign/oauth';
import { newId, SecretDigests } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { ClientSecret } from './client-secret.entity.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import { CREDENTIALS_PROBLEMS } from './credentials.errors.js';
import { hasRoom, MAX_LIVE_SECRETS, planRotation } from './rotation.policy.js';

/** Whose secret it is. The caller of these methods has locked the owner's row, so that two requests cannot pass a limit together. */
export interface SecretOwner {
  readonly id: string;
  readonly orgId: string | null;
}

/** A new secret; the only moment at which its text exists. */
export interface MintedSecret {
  readonly record: ClientSecret;
  readonly text: string;
}

export interface Rotation {
  readonly minted: MintedSecret;
  /** Secrets that were live before, with the ends they have now. */
  readonly before: readonly ClientSecret[];
  /** Those of them that stopped working at once. */
  readonly retired: readonly string[];
}

/** Secrets of any client that authenticates with one. */
@Injectable()
export class ClientSecrets {
  constructor(
    private readonly repository: ClientSecretsRepository,
    private readonly digests: SecretDigests,
  ) {}

  list(tx: Transaction, ownerId: string): Promise<ClientSecret[]> {
    return this.repository.list(tx, ownerId);
  }

  async listByOwner(tx: Transaction, ownerIds: readonly string[]): Promise<ReadonlyMap<string, ClientSecret[]>> {
    const byOwner = new Map<string, ClientSecret[]>(ownerIds.map((id) => [id, []]));
    for (const secret of await this.repository.listByOwner(tx, ownerIds)) byOwner.get(secret.ownerId)?.push(secret);
    return byOwner;
  }

  /** A secret beside the present ones. @throws Problem `too_many_secrets` */
  async add(tx: Transaction, owner: SecretOwner, name: string | undefined): Promise<MintedSecret> {
    if (!hasRoom(await this.repository.list(tx, owner.id), new Date())) {
      throw new Problem(
        CREDENTIALS_PROBLEMS,
        'too_many_secrets',
        `The client has ${MAX_LIVE_SECRETS} live secrets already. Delete one first.`,
      );
    }
    await this.repository.deleteLongEnded(tx, owner.id);
    return this.store(tx, owner, mintSecret('csn_secret'), name);
  }

  /** A secret that takes the place of the present ones, which end after the grace. */
  async rotate(
    tx: Transaction,
    owner: SecretOwner,
    options: { name: string | undefined; graceSeconds: number; expiresAt?: Date },
  ): Promise<Rotation> {
    const now = new Date();
    const before = (await this.repository.list(tx, owner.id)).filter((secret) => secret.isLive(now));
    const { ends, retired } = planRotation(before, options.graceSeconds, now);
    for (const secret of before) secret.endBy(ends.get(secret.id) ?? now);
    await this.repository.setEnds(tx, ends);
    await this.repository.deleteLongEnded(tx, owner.id);
    return { minted: await this.store(tx, owner, mintSecret('csn_secret'), options.name, options.expiresAt), before, retired };
  }

  /** Stores the digest of a secret that exists already, such as the operator's from the configuration. */
  store(tx: Transaction, owner: SecretOwner, text: string, name: string | undefined, expiresAt?: Date): Promise<MintedSecret> {
    const record = Object.assign(new ClientSecret(), {
      id: newId('sec'),
      ownerId: owner.id,
      orgId: owner.orgId,
      name: name ?? null,
      ...this.digests.digest(text),
      hint: text.slice(-4),
      createdAt: new Date(),
      expiresAt: expiresAt ?? null,
      lastUsedAt: null,
    });
    return this.repository.insert(tx, record).then(() => ({ record, text }));
  }

  /** Answers the deleted secret; undefined when the owner has none such. */
  async delete(tx: Transaction, ownerId: string, secretId: string): Promise<ClientSecret | undefined> {
    const secret = await this.repository.find(tx, ownerId, secretId);
    if (secret) await this.repository.delete(tx, secretId);
    return secret;
  }

  /** Whether a text is one of them that works; in constant time. */
  matches(secrets: readonly ClientSecret[], text: string): boolean {
    const live = secrets.filter((secret) => secret.isLive(new Date()));
    return (
      this.digests.match(
        text,
        live.map((secret) => secret.toDigest()),
      ) !== undefined
    );
  }

  countLive(tx: Transaction, orgId: string): Promise<number> {
    return this.repository.countLive(tx, orgId);
  }

  deleteAll(tx: Transaction, ownerId: string): Promise<void> {
    return this.repository.deleteAll(tx, ownerId);
  }
}
