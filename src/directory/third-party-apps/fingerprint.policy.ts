import { createHash } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';

/** What makes an app this one, for a person who looks at it, and how it proves that. */
export interface AppLooks {
  readonly name: string;
  readonly authMethod: string;
  readonly jwks: JSONWebKeySet | null;
  readonly jwksUri: string | null;
  readonly redirectUris: readonly string[];
}

/** Attack 31: another one whenever any of it has changed; the order of keys, members and URIs means nothing. */
export function fingerprintOf({ name, authMethod, jwks, jwksUri, redirectUris }: AppLooks): string {
  const keys = jwks?.keys.map((key) => JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)))).sort() ?? null;
  const looks = JSON.stringify([name, authMethod, keys, jwksUri, [...redirectUris].sort()]);
  return createHash('sha256').update(looks).digest('base64url');
}
