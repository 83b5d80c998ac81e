import { reachableUrl } from '@countersign/oauth';
import { readText } from './fetch-json.js';
import { accessHeaders, type IssuerAccess } from './issuer-access.js';
import { readEvents } from './revocation-events.js';
import { fetchUntilAborted, untilAborted } from './until-aborted.js';

export interface RevocationSourceOptions extends IssuerAccess {
  issuer: string;
  /** Base URL under which this process reaches the issuer, where it differs from the issuer's name (containers). */
  fetchFrom?: string;
  /** Sends the credential over plain HTTP to a host that is not loopback. */
  dangerouslyAllowHttp?: boolean;
  /** For a snapshot, and for the first byte of a stream. */
  timeoutMs?: number;
  /** Of a snapshot. */
  maxBytes?: number;
}

const DEFAULTS = { timeoutMs: 10_000, maxBytes: 128 * 1024 * 1024 } as const;
const MAX_EVENT_CHARACTERS = 1024 * 1024;

/** The issuer answered, but not with its feed. */
export class RevocationSourceRefused extends Error {
  override readonly name = 'RevocationSourceRefused';

  constructor(
    message: string,
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(message);
  }
}

/** Where documents about revocations come from. Says nothing of whether they may be believed. */
export class RevocationSource {
  private readonly options: RevocationSourceOptions & typeof DEFAULTS & { fetch: typeof fetch };
  private readonly url: string;
  private readonly access: Readonly<Record<string, string>>;

  /** @throws Error when the issuer would be asked over plain HTTP outside of this machine, or without proof of who asks. */
  constructor(options: RevocationSourceOptions) {
    this.options = { ...DEFAULTS, fetch: globalThis.fetch, ...options } as typeof this.options;
    this.url = reachableUrl(`${options.issuer}/v1/revocations`, options);
    this.access = accessHeaders(options);
  }

  /** One signed snapshot. Not conditional: a 304 is not signed, and would let anybody say that nothing has changed. */
  async snapshot(signal: AbortSignal): Promise<string> {
    const { timeoutMs, maxBytes } = this.options;
    const deadline = deadlineWithin(signal, timeoutMs, 'The snapshot did not come in time.');
    try {
      const body = await this.get(this.url, { accept: 'application/jwt' }, deadline.signal);
      return await readText(body, maxBytes);
    } finally {
      deadline.end();
    }
  }

  /** Signed deltas from `position` on, until the connection ends. @throws the signal's reason when that ends it. */
  async *deltas(position: number, signal: AbortSignal): AsyncGenerator<string> {
    const deadline = deadlineWithin(signal, this.options.timeoutMs, 'The stream did not open in time.');
    const headers = { accept: 'text/event-stream', 'last-event-id': String(position) };
    // Afterwards only the caller's signal counts, which the deadline goes on to follow.
    const body = await this.get(`${this.url}/stream`, headers, deadline.signal).finally(deadline.endTime);
    try {
      yield* readEvents(body, MAX_EVENT_CHARACTERS);
    } finally {
      deadline.end();
    }
  }

  private async get(url: string, headers: { accept: string }, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await fetchUntilAborted(this.options.fetch, url, {
      // The credential goes to the configured place, and nowhere that a redirect names.
      redirect: 'error',
      credentials: 'omit',
      headers: { ...headers, ...this.access },
      signal,
    });
    const type = response.headers.get('content-type') ?? '';
    if (response.status === 200 && response.body && type.startsWith(headers.accept)) return untilAborted(response.body, signal);
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new RevocationSourceRefused(`${url} answered ${response.status} ${type}`.trim() + '.', seconds >= 0 ? seconds : undefined);
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  /** The time is no longer counted. */
  readonly endTime: () => void;
  readonly end: () => void;
}

function deadlineWithin(parent: AbortSignal, ms: number, message: string): Deadline {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  const timer = setTimeout(() => controller.abort(new Error(message)), ms).unref();
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow);
  const endTime = (): void => clearTimeout(timer);
  const end = (): void => {
    endTime();
    parent.removeEventListener('abort', follow);
  };
  return { signal: controller.signal, endTime, end };
}
