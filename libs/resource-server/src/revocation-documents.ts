import { ACCESS_TOKEN_ALGS } from '@countersign/oauth';
import { JwsVerifier } from './jws-verifier.js';
import type { KeySource } from './key-source.js';
import { REVOCATION_KINDS, type RevocationEntry, type RevocationKind } from './revocation-list.js';
import { REVOCATION_DELTA_TYP, REVOCATION_SNAPSHOT_TYP, SCOPE_RISKS } from './revocation-wire.js';
import { TokenRefused } from './token-refused.js';

/** How far two clocks may be apart, in seconds: a guard whose clock is off by a minute still follows. */
export const CLOCK_TOLERANCE_SECONDS = 60;

interface RevocationDocument {
  /** Seconds since 1970, by the issuer's clock. */
  readonly issuedAt: number;
  readonly settings: string;
  readonly entries: readonly RevocationEntry[];
  /** It revokes by something that this version does not know. */
  readonly hasUnknownKinds: boolean;
}

export interface RevocationSnapshot extends RevocationDocument {
  readonly seq: number;
  readonly everythingUpTo: number | undefined;
  readonly maxStalenessSeconds: number;
  readonly heartbeatSeconds: number;
  readonly lowRiskScopes: ReadonlySet<string>;
}

export interface RevocationDelta extends RevocationDocument {
  readonly from: number;
  readonly to: number;
}

export interface RevocationDocumentsOptions {
  issuer: string;
  audience: string;
  keys: KeySource;
  /** Milliseconds since 1970. */
  clock: () => number;
}

type Claims = Readonly<Record<string, unknown>>;

/** Reads what an issuer signed about one API's revocations. Whatever is not exactly that is refused. */
export class RevocationDocuments {
  private readonly snapshots: JwsVerifier;
  private readonly deltas: JwsVerifier;

  constructor(private readonly options: RevocationDocumentsOptions) {
    this.snapshots = new JwsVerifier(options.keys, ACCESS_TOKEN_ALGS, REVOCATION_SNAPSHOT_TYP);
    this.deltas = new JwsVerifier(options.keys, ACCESS_TOKEN_ALGS, REVOCATION_DELTA_TYP);
  }

  /** @throws TokenRefused when it must not be believed, KeysUnavailable when that cannot be told. */
  async snapshot(jws: string): Promise<RevocationSnapshot> {
    const claims = this.read((await this.snapshots.verify(jws)).payload);
    const seq = numberOf(claims, 'seq');
    return {
      ...contentsOf(claims, seq),
      seq,
      everythingUpTo: claims['everything_up_to'] === undefined ? undefined : numberOf(claims, 'everything_up_to'),
      maxStalenessSeconds: numberOf(claims, 'max_staleness_seconds'),
      heartbeatSeconds: numberOf(claims, 'heartbeat_seconds'),
      lowRiskScopes: lowRiskScopesOf(claims['scope_risks']),
    };
  }

  /** @throws TokenRefused when it must not be believed, KeysUnavailable when that cannot be told. */
  async delta(jws: string): Promise<RevocationDelta> {
    const claims = this.read((await this.deltas.verify(jws)).payload);
    const [from, to] = [numberOf(claims, 'from'), numberOf(claims, 'to')];
    if (to < from) refuse('to', `at least ${from}`, to);
    return { ...contentsOf(claims, to), from, to };
  }

  private read(payload: Buffer): Claims {
    const claims = parse(payload);
    const { issuer, audience } = this.options;
    if (claims['iss'] !== issuer)
      throw new TokenRefused('issuer', 'The document comes from another issuer.', { expected: issuer, received: claims['iss'] });
    // A feed of another API would leave out the grants of this one.
    if (claims['aud'] !== audience)
      throw new TokenRefused('audience', 'The document is for another API.', { expected: audience, received: claims['aud'] });
    this.checkDates(numberOf(claims, 'iat'), numberOf(claims, 'exp'));
    return claims;
  }

  /** An old document, though well signed, says nothing of today. */
  private checkDates(iat: number, exp: number): void {
    const now = this.options.clock() / 1000;
    if (now >= exp + CLOCK_TOLERANCE_SECONDS)
      throw new TokenRefused('expired', 'The document is old, or this clock is fast.', { expected: now, received: exp });
    if (iat > now + CLOCK_TOLERANCE_SECONDS)
      throw new TokenRefused('not_yet_valid', 'The document is from the future, or this clock is slow.', { expected: now, received: iat });
  }
}

function parse(payload: Buffer): Claims {
  let claims: unknown;
  try {
    claims = JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw new TokenRefused('malformed', 'The document is not JSON.', { cause });
  }
  return isRecord(claims) ? claims : refuse('document', 'an object', claims);
}

function contentsOf(claims: Claims, seq: number): RevocationDocument {
  const { settings, entries } = claims;
  if (typeof settings !== 'string') return refuse('settings', 'a string', settings);
  if (!Array.isArray(entries)) return refuse('entries', 'a list', entries);
  const known: RevocationEntry[] = [];
  for (const entry of entries as unknown[]) {
    const read = readEntry(entry, seq);
    if (isKnownKind(read.kind)) known.push({ ...read, kind: read.kind });
  }
  return { issuedAt: numberOf(claims, 'iat'), settings, entries: known, hasUnknownKinds: known.length < entries.length };
}

function readEntry(entry: unknown, seq: number): Omit<RevocationEntry, 'kind'> & { kind: string } {
  if (!isRecord(entry)) return refuse('entries', 'objects', entry);
  const { kind, value } = entry;
  if (typeof kind !== 'string') return refuse('kind', 'a string', kind);
  if (typeof value !== 'string') return refuse('value', 'a string', value);
  return { seq, kind, value, revokedAt: numberOf(entry, 'revoked_at'), expiresAt: numberOf(entry, 'expires_at') };
}

/** Every scope whose risk is not plainly low counts as high, so only those are kept. */
function lowRiskScopesOf(risks: unknown): ReadonlySet<string> {
  if (!isRecord(risks)) return refuse('scope_risks', 'an object', risks);
  const [low] = SCOPE_RISKS;
  return new Set(Object.keys(risks).filter((scope) => risks[scope] === low));
}

function numberOf(claims: Claims, name: string): number {
  const value = claims[name];
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : refuse(name, 'a number', value);
}

function isKnownKind(kind: string): kind is RevocationKind {
  return (REVOCATION_KINDS as readonly string[]).includes(kind);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(name: string, expected: unknown, received: unknown): never {
  throw new TokenRefused('claims', `The member ${name} is missing or has the wrong form.`, { expected, received });
}
