import { reachableUrl } from '@countersign/oauth';
import { accessHeaders, type IssuerAccess } from './issuer-access.js';
import type { UsageReport } from './usage-report.js';

/** Resolves when the report is counted. @throws UsageNotDelivered; any other error means: try again. */
export type UsageDelivery = (report: UsageReport, signal: AbortSignal) => Promise<void>;

export interface UsageNotDeliveredOptions {
  /** True where no attempt will ever succeed. */
  permanent?: boolean;
  /** Not before this. */
  retryAfterSeconds?: number | undefined;
}

export class UsageNotDelivered extends Error {
  override readonly name = 'UsageNotDelivered';

  constructor(
    message: string,
    readonly options: UsageNotDeliveredOptions = {},
  ) {
    super(message);
  }
}

export interface UsageEndpoint extends IssuerAccess {
  issuer: string;
  /** Base URL under which this process reaches the issuer, where it differs from the issuer's name (containers). */
  fetchFrom?: string;
  /** Sends the secret over plain HTTP to a host that is not loopback. */
  dangerouslyAllowHttp?: boolean;
}

/** The report itself is at fault, and stays so. */
const PERMANENT = [400, 413, 415, 422];
/** The credential is at fault: an administrator mends that, not the next second. */
const CREDENTIAL = [401, 403];
const CREDENTIAL_PAUSE_SECONDS = 300;

/** Sends reports to the issuer. @throws Error where that would send the secret in the clear, or prove nobody. */
export function deliverTo(endpoint: UsageEndpoint): UsageDelivery {
  const { fetch = globalThis.fetch, ...location } = endpoint;
  const url = reachableUrl(`${location.issuer}/v1/usage-reports`, location);
  const access = accessHeaders(endpoint);
  return async (report, signal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...access, 'content-type': 'application/json' },
      body: JSON.stringify(report),
      redirect: 'error',
      credentials: 'omit',
      signal,
    });
    await response.body?.cancel();
    if (!response.ok) throw notDelivered(response);
  };
}

function notDelivered({ status, headers }: Response): UsageNotDelivered {
  const message = `The issuer answered a usage report with ${status}.`;
  if (PERMANENT.includes(status)) return new UsageNotDelivered(message, { permanent: true });
  const retryAfterSeconds = CREDENTIAL.includes(status) ? CREDENTIAL_PAUSE_SECONDS : readRetryAfter(headers.get('retry-after'));
  return new UsageNotDelivered(message, { retryAfterSeconds });
}

/** RFC 9110 §10.2.3: seconds or a date. */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
