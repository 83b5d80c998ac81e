/** Calls of one kind in one minute. In snake_case, because it goes over the wire as it is. */
export interface UsageEntry {
  /** Start of the minute, RFC 3339 in UTC. */
  minute: string;
  /** These three are absent where nobody was proven. */
  client_id?: string;
  credential_id?: string;
  grant_id?: string;
  operation: string;
  /** What the operation needs. */
  scopes: string[];
  /** `accepted`, or the code of the refusal. */
  result: string;
  count: number;
}

/** What the guards of one API tell the issuer. Nothing personal: no user, no address, no URL. */
export interface UsageReport {
  /** A UUID, the same for every attempt to send this report: it is counted once. */
  report_id: string;
  audience: string;
  entries: UsageEntry[];
}

/** What the issuer takes; the reporter stays within. */
export const USAGE_REPORT_LIMITS = {
  entries: 500,
  operationLength: 128,
  operationPattern: '^[\\x20-\\x7E]{1,128}$',
  scopes: 32,
  scopeLength: 128,
  resultPattern: '^[a-z][a-z0-9_]{0,39}$',
  count: 1_000_000_000_000,
} as const;

/** Operation of calls that are counted together because there were too many kinds. */
export const OTHER_OPERATIONS = 'other';
