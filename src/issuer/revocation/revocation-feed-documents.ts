import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  REVOCATION_DELTA_TYP,
  REVOCATION_SNAPSHOT_TYP,
  type RevocationDeltaClaims,
  type RevocationEntry,
  type RevocationSnapshotClaims,
  type WireRevocation,
} from '@countersign/resource-server';
import type { CatalogueApi } from '../../directory/api-resources/index.js';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { SigningKeys } from '../signing-keys/index.js';
import { concerns, heartbeatSecondsOf } from './revocation-feed.policy.js';
import { Revocations } from './revocations.service.js';

/** Long enough to arrive, and too short to be worth keeping. */
const LIFETIME_SECONDS = 30;

type Settings = Pick<RevocationSnapshotClaims, 'max_staleness_seconds' | 'heartbeat_seconds' | 'scope_risks'>;

/** A stretch of the revocation table. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly RevocationEntry[];
}

/** What the guards of one API are told, signed as their tokens are. Who calls has seen to it that the list is current. */
@Injectable()
export class RevocationFeedDocuments {
  /** By the API as the catalogue has it: a change makes another object. */
  private readonly versions = new WeakMap<CatalogueApi, string>();

  constructor(
    private readonly keys: SigningKeys,
    private readonly revocations: Revocations,
    private readonly configuration: Configuration,
  ) {}

  /** Names the contents. Weak: the same contents are signed anew with another time. */
  etagOf(api: CatalogueApi): string {
    const { lastSeq, everythingUpTo = 0 } = this.revocations.list;
    return `W/"${lastSeq}.${everythingUpTo}.${this.versionOf(api)}"`;
  }

  snapshot(api: CatalogueApi): Promise<string> {
    const { list } = this.revocations;
    const { everythingUpTo } = list;
    const contents: Omit<RevocationSnapshotClaims, keyof ReturnType<typeof this.frame>> = {
      seq: list.lastSeq,
      entries: wireOf(list.all(), api),
      ...(everythingUpTo !== undefined && { everything_up_to: everythingUpTo }),
      ...settingsOf(api),
    };
    return this.sign(api, { ...this.frame(api), ...contents } satisfies RevocationSnapshotClaims, REVOCATION_SNAPSHOT_TYP);
  }

  delta(api: CatalogueApi, { from, to, entries }: Stretch): Promise<string> {
    const claims: RevocationDeltaClaims = { ...this.frame(api), from, to, entries: wireOf(entries, api) };
    return this.sign(api, claims, REVOCATION_DELTA_TYP);
  }

  private frame(api: CatalogueApi): { iss: string; aud: string; iat: number; exp: number; settings: string } {
    const iat = Math.floor(Date.now() / 1000);
    return {
      iss: issuerOf(this.configuration.settings, api.zone),
      aud: api.identifier,
      iat,
      exp: iat + LIFETIME_SECONDS,
      settings: this.versionOf(api),
    };
  }

  private sign(api: CatalogueApi, claims: object, typ: string): Promise<string> {
    return this.keys.signer(api.zone, api.signingAlg).sign(claims, typ);
  }

  private versionOf(api: CatalogueApi): string {
    let version = this.versions.get(api);
    if (version === undefined) {
      version = createHash('sha256')
        .update(JSON.stringify(settingsOf(api)))
        .digest('base64url')
        .slice(0, 16);
      this.versions.set(api, version);
    }
    return version;
  }
}

function settingsOf({ maxStalenessSeconds, definitions }: CatalogueApi): Settings {
  return {
    max_staleness_seconds: maxStalenessSeconds,
    heartbeat_seconds: heartbeatSecondsOf(maxStalenessSeconds),
    scope_risks: Object.fromEntries([...definitions.values()].map(({ name, risk }) => [name, risk])),
  };
}

function wireOf(entries: Iterable<RevocationEntry>, api: CatalogueApi): WireRevocation[] {
  const wire: WireRevocation[] = [];
  for (const entry of entries) {
    if (!concerns(entry, api)) continue;
    const { kind, value, revokedAt, expiresAt } = entry;
    wire.push({ kind, value, revoked_at: revokedAt, expires_at: expiresAt });
  }
  return wire;
}
