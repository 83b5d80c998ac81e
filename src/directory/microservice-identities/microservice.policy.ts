import type { JSONWebKeySet } from 'jose';
import { parseSpiffeId, serviceNamedBy } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';
import { isKeyAddress, readPublicKeys } from '../credentials/index.js';

/** No shared secrets inside: a service proves a key that never leaves it. */
export const MICROSERVICE_AUTH_METHODS = ['private_key_jwt', 'tls_client_auth'] as const;
export type MicroserviceAuthMethod = (typeof MICROSERVICE_AUTH_METHODS)[number];

export function isMicroserviceAuthMethod(name: string): name is MicroserviceAuthMethod {
  return (MICROSERVICE_AUTH_METHODS as readonly string[]).includes(name);
}

/** How a microservice proves who it is. */
export interface MicroserviceCredentials {
  readonly authMethod: MicroserviceAuthMethod;
  readonly jwks: JSONWebKeySet | null;
  readonly jwksUri: string | null;
}

/** What a request says about it; what it leaves out stays. */
export interface CredentialsChange {
  readonly auth_method?: MicroserviceAuthMethod | undefined;
  readonly jwks?: unknown;
  readonly jwks_uri?: string | null | undefined;
}

export interface CredentialsVerdict {
  readonly credentials: MicroserviceCredentials;
  readonly mistakes: readonly ProblemItem[];
}

/** The credentials after a change. A new key set takes the place of an address and the other way round. */
export function changeCredentials(present: MicroserviceCredentials, change: CredentialsChange): CredentialsVerdict {
  const authMethod = change.auth_method ?? present.authMethod;
  const read = change.jwks === undefined || change.jwks === null ? undefined : readPublicKeys(change.jwks);
  const replaced = change.jwks !== undefined || change.jwks_uri !== undefined || authMethod !== present.authMethod;
  const kept = replaced ? { jwks: null, jwksUri: null } : present;
  const credentials = { authMethod, jwks: read ? (read.keys ?? null) : kept.jwks, jwksUri: change.jwks_uri ?? kept.jwksUri };
  return { credentials, mistakes: read?.mistakes.length ? read.mistakes : mistakesOf(credentials) };
}

function mistakesOf({ authMethod, jwks, jwksUri }: MicroserviceCredentials): ProblemItem[] {
  if (jwksUri !== null && !isKeyAddress(jwksUri))
    return [{ location: '/jwks_uri', message: 'The address is not https without user and fragment.', fix: 'Send an https URL.' }];
  const sources = (jwks ? 1 : 0) + (jwksUri === null ? 0 : 1);
  if (authMethod === 'private_key_jwt' && sources !== 1)
    return [
      { location: '/jwks', message: 'private_key_jwt needs public keys: either jwks or jwks_uri.', fix: 'Send exactly one of them.' },
    ];
  if (authMethod === 'tls_client_auth' && sources > 0)
    return [
      {
        location: jwks ? '/jwks' : '/jwks_uri',
        message: 'tls_client_auth proves a certificate and takes no keys.',
        fix: 'Leave jwks and jwks_uri out, or use private_key_jwt.',
      },
    ];
  return [];
}

/** A SPIFFE id that names a workload, not a whole trust domain. */
export function isWorkloadId(text: string): boolean {
  return (parseSpiffeId(text)?.path ?? '') !== '';
}

/** In our own trust domain `/billing` is the service billing, whether or not there is one: nobody else may be called so. */
export function mistakesOfSpiffeId(spiffeId: string | null, name: string, trustDomain: string): ProblemItem[] {
  const named = spiffeId === null ? undefined : serviceNamedBy(spiffeId, trustDomain);
  if (named === undefined || named === name) return [];
  return [
    {
      location: '/spiffe_id',
      message: `In the trust domain ${trustDomain} this is the id of the service ${named}.`,
      fix: `Leave it out: the id is then spiffe://${trustDomain}/${name}. Or use a longer path, or an id of another trust domain.`,
    },
  ];
}
