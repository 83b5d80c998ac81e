import { DEVICE_CODE_GRANT_TYPE } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';

/** Ways in which an app gets its tokens (RFC 7591 §2, `grant_types`). */
export const APP_GRANT_TYPES = ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT_TYPE] as const;
export type AppGrantType = (typeof APP_GRANT_TYPES)[number];
/** DEV-6: device codes only where somebody asked for them. */
export const DEFAULT_GRANT_TYPES: readonly AppGrantType[] = ['authorization_code', 'refresh_token'];

/** In the order of the list. Each way in brings a refresh token, so an app is never without that one. */
export function settledGrantTypes(asked: readonly AppGrantType[]): AppGrantType[] {
  return APP_GRANT_TYPES.filter((name) => name === 'refresh_token' || asked.includes(name));
}

/** RFC 7591 §2: codes are sent to a redirect URI; a device has none. */
export function mistakesOfGrantTypes(grantTypes: readonly AppGrantType[], redirectUris: readonly string[]): ProblemItem[] {
  if (grantTypes.every((name) => name === 'refresh_token'))
    return [
      {
        location: '/grant_types',
        message: 'The app has no way to a first token.',
        fix: `Send authorization_code, ${DEVICE_CODE_GRANT_TYPE}, or both.`,
      },
    ];
  if (grantTypes.includes('authorization_code') && redirectUris.length === 0)
    return [
      {
        location: '/redirect_uris',
        message: 'People cannot be sent back to the app.',
        fix: `Send at least one redirect URI, or only ${DEVICE_CODE_GRANT_TYPE} as grant_types.`,
      },
    ];
  return [];
}
