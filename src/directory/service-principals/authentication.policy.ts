import type { JSONWebKeySet } from 'jose';
import type { ClientAuthMethodName } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';
import { isKeyAddress, readPublicKeys } from '../credentials/index.js';

/** How a principal proves who it is. */
export interface Authentication {
  readonly authMethod: ClientAuthMethodName;
  readonly jwks: JSONWebKeySet | null;
  readonly jwksUri: string | null;
}

/** What a request says about it; what it leaves out stays. */
export interface AuthenticationChange {
  readonly auth_method?: string | undefined;
  readonly jwks?: unknown;
  readonly jwks_uri?: string | null | undefined;
}

export interface AuthenticationVerdict {
  readonly authentication: Authentication;
  readonly mistakes: readonly ProblemItem[];
}

/** The authentication after a change. A new key set takes the place of an address and the other way round. */
export function changeAuthentication(present: Authentication, change: AuthenticationChange): AuthenticationVerdict {
  const authMethod = (change.auth_method ?? present.authMethod) as ClientAuthMethodName;
  const read = change.jwks === undefined || change.jwks === null ? undefined : readPublicKeys(change.jwks);
  const keysChange = change.jwks !== undefined || change.jwks_uri !== undefined;
  const keep = keysChange || authMethod !== 'private_key_jwt' ? { jwks: null, jwksUri: null } : present;
  const authentication = { authMethod, jwks: read ? (read.keys ?? null) : keep.jwks, jwksUri: change.jwks_uri ?? keep.jwksUri };
  const mistakes = read?.mistakes.length ? read.mistakes : mistakesOf(authentication);
  return { authentication, mistakes };
}

function mistakesOf({ authMethod, jwks, jwksUri }: Authentication): ProblemItem[] {
  if (authMethod === 'tls_client_auth') {
    return [{ location: '/auth_method', message: 'tls_client_auth is not available yet.', fix: 'Use client_secret or private_key_jwt.' }];
  }
  if (jwksUri !== null && !isKeyAddress(jwksUri))
    return [{ location: '/jwks_uri', message: 'The address is not https without user and fragment.', fix: 'Send an https URL.' }];
  const sources = (jwks ? 1 : 0) + (jwksUri === null ? 0 : 1);
  if (authMethod === 'private_key_jwt' && sources !== 1) {
    return [
      { location: '/jwks', message: 'private_key_jwt needs public keys: either jwks or jwks_uri.', fix: 'Send exactly one of them.' },
    ];
  }
  if ((authMethod === 'client_secret' || authMethod === 'federated_jwt') && sources > 0) {
    return [
      {
        location: jwks ? '/jwks' : '/jwks_uri',
        message: `${authMethod} takes no keys.`,
        fix: 'Leave jwks and jwks_uri out, or use private_key_jwt.',
      },
    ];
  }
  return [];
}
