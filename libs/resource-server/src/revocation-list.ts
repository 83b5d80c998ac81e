import type { AccessTokenClaims, AncestorHandles } from '@countersign/oauth';

export const REVOCATION_KINDS = ['token', 'credential', 'client', 'grant', 'org', 'root'] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

/** One line of an issuer's revocation table. */
export interface RevocationEntry {
  /** Position in the table; grows. */
  seq: number;
  kind: RevocationKind;
  value: string;
  /** Seconds since 1970; tokens issued then or before are dead. */
  revokedAt: number;
  /** Seconds since 1970; when the last token it can concern has expired. */
  expiresAt: number;
}

export interface RevocationChecker {
  /** Asked on every request; must not wait. */
  isRevoked(claims: Readonly<AccessTokenClaims>): boolean;
  /**
   * Asked after it, where word of revocations can fail to come; must not wait either.
   * @throws RevocationsStale when nothing was heard for too long to honour any token for these scopes.
   */
  requireFresh?(scopes: Iterable<string>): void;
}

type Cutoffs = Map<string, { revokedAt: number; expiresAt: number }>;

const HANDLES: readonly (readonly [RevocationKind, keyof AccessTokenClaims])[] = [
  ['token', 'jti'],
  ['credential', 'cred'],
  ['client', 'client_id'],
  ['grant', 'grant'],
  ['org', 'org_id'],
  ['root', 'root'],
];
/** Entries stay longer than any clock tolerance: a revoked token must not come back in the tolerance after its `exp`. */
const RETENTION_SECONDS = 120;
const DEFAULT_MAX_ENTRIES = 500_000;

/** Which tokens are dead, by the handles they carry. Six map lookups per check at most. */
export class RevocationList implements RevocationChecker {
  private cutoffs = emptyCutoffs();
  private sequence = 0;
  private entries = 0;
  private everythingDeadUpTo = -Infinity;

  constructor(private readonly options: { maxEntries?: number; clock?: () => number } = {}) {}

  /** The last entry seen; what to ask the issuer to continue from. */
  get lastSeq(): number {
    return this.sequence;
  }

  get size(): number {
    return this.entries;
  }

  /** Seconds since 1970: where the table outgrew memory, tokens issued then or before are dead, whatever they are. */
  get everythingUpTo(): number | undefined {
    return this.everythingDeadUpTo === -Infinity ? undefined : this.everythingDeadUpTo;
  }

  isRevoked(claims: Readonly<AccessTokenClaims>): boolean {
    if (claims.iat <= this.everythingDeadUpTo) return true;
    if (this.entries === 0) return false;
    if (this.holds(claims, claims.iat)) return true;
    // RFC 8693 §1.1 leaves it open; here a token dies with every token it comes from.
    return claims.ancestors !== undefined && claims.ancestors.some((handles) => this.holds(handles, claims.iat));
  }

  /** Adds entries, in any order and any number of times: the later cut-off of two wins. */
  apply(entries: Iterable<RevocationEntry>): void {
    for (const entry of entries) {
      this.add(entry);
      if (entry.seq > this.sequence) this.sequence = entry.seq;
    }
    if (this.entries > this.maxEntries) this.collapse();
  }

  /** Takes a snapshot in place of what is known. One older than what is known only adds: nothing comes back to life. */
  replace(entries: Iterable<RevocationEntry>, seq: number): void {
    if (seq >= this.sequence) {
      this.cutoffs = emptyCutoffs();
      this.entries = 0;
    }
    this.apply(entries);
    this.sequence = Math.max(this.sequence, seq);
  }

  /** Tokens issued at `time` or before are dead, whatever they are. Seconds since 1970. */
  refuseUpTo(time: number): void {
    this.everythingDeadUpTo = Math.max(this.everythingDeadUpTo, time);
  }

  /** Every entry, all under the last position: what a snapshot is made of. */
  *all(): Generator<RevocationEntry> {
    for (const kind of REVOCATION_KINDS)
      for (const [value, cutoff] of this.cutoffs[kind]) yield { seq: this.sequence, kind, value, ...cutoff };
  }

  /** Forgets entries whose tokens have all expired. `now` in seconds. */
  prune(now: number): void {
    for (const kind of REVOCATION_KINDS) {
      for (const [value, cutoff] of this.cutoffs[kind]) {
        if (cutoff.expiresAt + RETENTION_SECONDS > now) continue;
        this.cutoffs[kind].delete(value);
        this.entries--;
      }
    }
  }

  private holds(handles: Readonly<AccessTokenClaims | AncestorHandles>, iat: number): boolean {
    for (const [kind, claim] of HANDLES) {
      const cutoffs = this.cutoffs[kind];
      if (cutoffs.size === 0) continue;
      const cutoff = cutoffs.get((handles as AccessTokenClaims)[claim] as string);
      if (cutoff !== undefined && iat <= cutoff.revokedAt) return true;
    }
    return false;
  }

  private add({ kind, value, revokedAt, expiresAt }: RevocationEntry): void {
    const cutoffs = this.cutoffs[kind];
    // A kind of a newer issuer: what it revokes cannot be told, and ignoring it would honour dead tokens.
    if (cutoffs === undefined) throw new RangeError(`Unknown kind of revocation: ${String(kind)}.`);
    const known = cutoffs.get(value);
    if (known === undefined) this.entries++;
    cutoffs.set(value, {
      revokedAt: Math.max(revokedAt, known?.revokedAt ?? revokedAt),
      expiresAt: Math.max(expiresAt, known?.expiresAt ?? expiresAt),
    });
  }

  /** Bounded memory without honouring a dead token: clients fetch new tokens, and those are judged by new entries. */
  private collapse(): void {
    const now = (this.options.clock ?? Date.now)() / 1000;
    this.prune(now);
    if (this.entries <= this.maxEntries) return;
    this.refuseUpTo(Math.max(now, ...REVOCATION_KINDS.map((kind) => latest(this.cutoffs[kind]))));
    this.cutoffs = emptyCutoffs();
    this.entries = 0;
  }

  private get maxEntries(): number {
    return this.options.maxEntries ?? DEFAULT_MAX_ENTRIES;
  }
}

function emptyCutoffs(): Record<RevocationKind, Cutoffs> {
  return { token: new Map(), credential: new Map(), client: new Map(), grant: new Map(), org: new Map(), root: new Map() };
}

function latest(cutoffs: Cutoffs): number {
  let time = -Infinity;
  for (const { revokedAt } of cutoffs.values()) if (revokedAt > time) time = revokedAt;
  return time;
}
