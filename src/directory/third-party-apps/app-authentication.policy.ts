import type { JSONWebKeySet } from 'jose';
import type { ProblemItem } from '../../platform/http/index.js';
import { isKeyAddress, readPublicKeys } from '../credentials/index.js';

export const CLIENT_TYPES = ['public', 'confidential'] as const;
export type ClientType = (typeof CLIENT_TYPES)[number];
export const APP_AUTH_METHODS = ['client_secret', 'private_key_jwt', 'none'] as const;
export type AppAuthMethod = (typeof APP_AUTH_METHODS)[number];

/** How an app proves who it is. The type is fixed at registration: what has been public stays public. */
export interface AppAuthentication {
  readonly clientType: ClientType;
  readonly authMethod: AppAuthMethod;
  readonly jwks: JSONWebKeySet | null;
  readonly jwksUri: string | null;
}

/** What a request says about it; what it leaves out stays. */
export interface AppAuthenticationChange {
  readonly auth_method?: AppAuthMethod | undefined;
  readonly jwks?: unknown;
  readonly jwks_uri?: string | null | undefined;
}

export function firstAuthentication(clientType: ClientType): AppAuthentication {
  return { clientType, authMethod: clientType === 'public' ? 'none' : 'client_secret', jwks: null, jwksUri: null };
}

export function changesAppAuthentication({ auth_method, jwks, jwks_uri }: AppAuthenticationChange): boolean {
  return [auth_method, jwks, jwks_uri].some((field) => field !== undefined);
}

/** The authentication after a change. A new key set takes the place of an address and the other way round. */
export function changeAppAuthentication(
  present: AppAuthentication,
  change: AppAuthenticationChange,
): { authentication: AppAuthentication; mistakes: readonly ProblemItem[] } {
  const authMethod = change.auth_method ?? present.authMethod;
  const read = change.jwks === undefined || change.jwks === null ? undefined : readPublicKeys(change.jwks);
  const replaced = change.jwks !== undefined || change.jwks_uri !== undefined || authMethod !== 'private_key_jwt';
  const kept = replaced ? { jwks: null, jwksUri: null } : present;
  const authentication = {
    clientType: present.clientType,
    authMethod,
    jwks: read ? (read.keys ?? null) : kept.jwks,
    jwksUri: change.jwks_uri ?? kept.jwksUri,
  };
  return { authentication, mistakes: read?.mistakes.length ? read.mistakes : mistakesOf(authentication) };
}

function mistakesOf({ clientType, authMethod, jwks, jwksUri }: AppAuthentication): ProblemItem[] {
  // RFC 6749 §2.1: what everybody can read proves nothing, and what can keep a secret should use one.
  if ((clientType === 'public') !== (authMethod === 'none'))
    return [
      clientType === 'public'
        ? {
            location: '/auth_method',
            message: 'A public app has nothing to prove itself with.',
            fix: 'Leave auth_method out, or register a confidential app.',
          }
        : {
            location: '/auth_method',
            message: 'A confidential app proves who it is.',
            fix: 'Use client_secret or private_key_jwt, or register a public app.',
          },
    ];
  if (jwksUri !== null && !isKeyAddress(jwksUri))
    return [{ location: '/jwks_uri', message: 'The address is not https without user and fragment.', fix: 'Send an https URL.' }];
  const sources = (jwks ? 1 : 0) + (jwksUri === null ? 0 : 1);
  if (authMethod === 'private_key_jwt' && sources !== 1)
    return [
      { location: '/jwks', message: 'private_key_jwt needs public keys: either jwks or jwks_uri.', fix: 'Send exactly one of them.' },
    ];
  if (authMethod !== 'private_key_jwt' && sources > 0)
    return [
      {
        location: jwks ? '/jwks' : '/jwks_uri',
        message: `${authMethod} takes no keys.`,
        fix: 'Leave jwks and jwks_uri out, or use private_key_jwt.',
      },
    ];
  return [];
}
