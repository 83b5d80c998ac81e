import { RESOURCE_REFUSALS, type UsageEntry } from '@countersign/resource-server';

/** Calls of one kind in one minute, as a guard counted them. */
export interface UsageLine {
  readonly minute: Date;
  readonly clientId: string | undefined;
  readonly credentialId: string | undefined;
  readonly grantId: string | undefined;
  readonly operation: string;
  /** Sorted, each once. */
  readonly scopes: readonly string[];
  readonly result: string;
  readonly calls: number;
}

/** Operation and result of calls that are not told apart. */
export const OTHER = 'other';

/** What a call can have come to. */
export const USAGE_RESULTS: readonly string[] = ['accepted', ...Object.keys(RESOURCE_REFUSALS), OTHER];

/** @param entry of the right form. A result that only a newer guard knows counts as `other`. */
export function toUsageLine(entry: UsageEntry): UsageLine {
  return {
    minute: new Date(entry.minute),
    clientId: entry.client_id,
    credentialId: entry.credential_id,
    // A consent from which something was taken away is still the same one: `con_….2`.
    grantId: entry.grant_id?.replace(/\.\d+$/, ''),
    operation: entry.operation,
    scopes: [...new Set(entry.scopes)].sort(),
    result: USAGE_RESULTS.includes(entry.result) ? entry.result : OTHER,
    calls: entry.count,
  };
}
