import { isWithin } from '../service-principals/index.js';
import type { ApiKeyStanding } from './api-key-facts.js';

/** Machine-readable, for logs and the audit: why a key that exists may not be used. */
export type ApiKeyRefusalReason =
  | 'api_key_revoked'
  | 'api_key_rotated'
  | 'api_key_expired'
  | 'api_key_org_suspended'
  | 'api_key_owner_inactive'
  | 'api_key_api_disabled'
  | 'api_key_audience'
  | 'api_key_network'
  | 'api_key_unbound';

/** Where and when a key is used. */
export interface ApiKeyUse {
  /** The API that is called; undefined: the issuer itself, which exchanges the key. */
  readonly audience: string | undefined;
  readonly sourceAddress: string;
  readonly now: number;
}

type Standing = Omit<ApiKeyStanding, 'ceiling' | 'definitions' | 'scopes'>;

/** All that may have changed since the key was made, or differs from one request to the next. */
export function refusalOf(key: Standing, { audience, sourceAddress, now }: ApiKeyUse): ApiKeyRefusalReason | undefined {
  return endOf(key, now) ?? obstacleOf(key) ?? misuseOf(key, audience, sourceAddress);
}

function endOf({ revokedReason, expiresAt, isReplaced }: Standing, now: number): ApiKeyRefusalReason | undefined {
  if (revokedReason === 'rotated') return 'api_key_rotated';
  if (revokedReason !== null) return 'api_key_revoked';
  if (expiresAt.getTime() > now) return undefined;
  return isReplaced ? 'api_key_rotated' : 'api_key_expired';
}

function obstacleOf({ isOrgActive, userId, role, isApiActive }: Standing): ApiKeyRefusalReason | undefined {
  if (!isOrgActive) return 'api_key_org_suspended';
  if (userId !== null && role === null) return 'api_key_owner_inactive';
  return isApiActive ? undefined : 'api_key_api_disabled';
}

function misuseOf(key: Standing, audience: string | undefined, sourceAddress: string): ApiKeyRefusalReason | undefined {
  if (audience !== undefined && audience !== key.audience) return 'api_key_audience';
  // A key is a bearer credential: where an API wants more, it has to be exchanged with a proof.
  if (audience !== undefined && key.needsBinding) return 'api_key_unbound';
  return isWithin(key.allowedNetworks, sourceAddress) ? undefined : 'api_key_network';
}

const ENDED: readonly ApiKeyRefusalReason[] = ['api_key_expired', 'api_key_rotated'];

/** What the presenter learns: whoever holds the key may know that its time is over, and no more (not even that only the network is wrong). */
export function publicRefusal(reason: ApiKeyRefusalReason | undefined): string {
  return reason !== undefined && ENDED.includes(reason) ? 'The API key expired.' : 'The API key is invalid.';
}
