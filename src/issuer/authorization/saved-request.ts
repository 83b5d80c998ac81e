import type { AuthorizationFacts, Prompt } from './authorization-facts.js';
import type { AskedOfPerson, SignInFacts } from './next-step.policy.js';

/** A checked request as it waits in the database. Client and API are looked up anew when it goes on: they may have been stopped. */
export type SavedRequest = RedirectRequest | DeviceRequest;

interface SavedFacts {
  readonly clientId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  readonly prompts: readonly Prompt[];
  readonly maxAge?: number | undefined;
  readonly acrValues: readonly string[];
  readonly loginHint?: string | undefined;
  readonly hintedUserId?: string | undefined;
  readonly nonce?: string | undefined;
  readonly orgId?: string | undefined;
  /** Of an app that describes itself: what it was then. */
  readonly appFingerprint?: string | undefined;
  /** Seconds since 1970. */
  readonly requestedAt: number;
  /** The session that the browser had then. */
  readonly sessionBefore?: string | undefined;
}

/** The browser that brought it takes the answer back. */
export interface RedirectRequest extends SavedFacts {
  readonly way: 'redirect';
  readonly redirectUri: string;
  readonly registeredRedirectUri: string;
  readonly redirectUriWasSent: boolean;
  readonly state?: string | undefined;
  readonly codeChallenge: string;
  readonly dpopJkt?: string | undefined;
}

/** A device waits for the answer (RFC 8628). */
export interface DeviceRequest extends SavedFacts {
  readonly way: 'device';
  /** Of `DeviceCodes`. */
  readonly deviceId: string;
  /** As the device shows it. */
  readonly userCode: string;
  /** Where the device asked from. */
  readonly deviceIp: string;
  /** When; milliseconds since 1970. */
  readonly deviceAskedAt: number;
}

export function toSavedRequest({ client, api, ...facts }: AuthorizationFacts, user: SignInFacts | undefined, now: number): RedirectRequest {
  return {
    ...facts,
    way: 'redirect',
    clientId: client.id,
    apiId: api.id,
    appFingerprint: client.app.fingerprint,
    requestedAt: Math.floor(now / 1000),
    sessionBefore: user?.sessionId,
  };
}

export function askedBy(request: SavedRequest, clientType: 'public' | 'confidential'): AskedOfPerson {
  const { prompts, maxAge, acrValues, hintedUserId, orgId, appFingerprint, requestedAt, sessionBefore } = request;
  const facts = { prompts, maxAge, acrValues, hintedUserId, orgId, appFingerprint, requestedAt, sessionBefore };
  // RFC 8628 §5.4: nothing proves that the device is theirs, so a person has to see each of its requests.
  if (request.way === 'device') return { ...facts, registeredRedirectUri: undefined, mustBeSeen: true };
  return { ...facts, registeredRedirectUri: request.registeredRedirectUri, mustBeSeen: clientType === 'public' };
}
