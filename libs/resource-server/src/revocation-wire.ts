/** `typ` of a snapshot: everything that is revoked (RFC 8725 §3.11: no document passes as one of another kind). */
export const REVOCATION_SNAPSHOT_TYP = 'revocations+jwt';
/** `typ` of a delta: what was revoked between two positions. Without entries it is a heartbeat. */
export const REVOCATION_DELTA_TYP = 'revocations-delta+jwt';

export const SCOPE_RISKS = ['low', 'medium', 'high'] as const;
export type ScopeRisk = (typeof SCOPE_RISKS)[number];

/** One revocation as it travels. Times are seconds since 1970. */
export interface WireRevocation {
  /** One of REVOCATION_KINDS, or of a newer issuer. */
  readonly kind: string;
  readonly value: string;
  /** Tokens issued then or before are dead. */
  readonly revoked_at: number;
  /** When the last token it can concern has expired. */
  readonly expires_at: number;
}

interface SignedDocument {
  readonly iss: string;
  /** Identifier of the API whose guards it is for. */
  readonly aud: string;
  /** When the issuer knew this to be everything. */
  readonly iat: number;
  readonly exp: number;
  /** Changes with the settings in the snapshot: who has others takes a new one. */
  readonly settings: string;
  readonly entries: readonly WireRevocation[];
}

export interface RevocationSnapshotClaims extends SignedDocument {
  /** The position up to which it is complete. */
  readonly seq: number;
  /** Where the issuer's own list outgrew its memory: tokens issued then or before are dead, whatever they are. */
  readonly everything_up_to?: number;
  readonly max_staleness_seconds: number;
  /** Longest silence of a stream that works. */
  readonly heartbeat_seconds: number;
  readonly scope_risks: Readonly<Record<string, ScopeRisk>>;
}

export interface RevocationDeltaClaims extends SignedDocument {
  /** Who is complete up to `from`, or further, is complete up to `to` with it. */
  readonly from: number;
  readonly to: number;
}
