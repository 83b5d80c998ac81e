import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from '@countersign/oauth';

/** What log lines, audit events and spans say of one request: who calls whom for what. Ids and names, never a secret. */
export interface RequestIdentity {
  readonly requestId: string;
  readonly trace: TraceContext;
  clientId?: string | undefined;
  orgId?: string | undefined;
  /** The service of ours that calls. */
  callerService?: string | undefined;
  /** The internal API that is called or asked for. */
  targetService?: string | undefined;
  /** `Controller.method`. */
  operation?: string | undefined;
}

/** Runs an outbound request in a span of its own, and hands it the headers that carry the trace on. */
export type ClientSpan = <T>(url: URL, work: (headers: Readonly<Record<string, string>>) => Promise<T>) => Promise<T>;

interface Surroundings {
  readonly identity: RequestIdentity;
  readonly clientSpan: ClientSpan;
}

const CURRENT = new AsyncLocalStorage<Surroundings>();

/** What runs in `work`, and whatever that starts, belongs to the request. */
export function withinRequest<T>(identity: RequestIdentity, clientSpan: ClientSpan, work: () => T): T {
  return CURRENT.run({ identity, clientSpan }, work);
}

/** The request that is being answered, where it is traced; undefined for others, whom this costs nothing. */
export function currentRequest(): RequestIdentity | undefined {
  return CURRENT.getStore()?.identity;
}

/** An outbound request of ours: it belongs to the trace of the request that needs it, if that is traced. */
export function tracedOutbound<T>(url: URL, work: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const surroundings = CURRENT.getStore();
  return surroundings ? surroundings.clientSpan(url, work) : work({});
}
