import type { JSONWebKeySet } from 'jose';
import type { ClientAuthMethodName } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';
import { isKeyAddress, readPublicKeys } from '../credentials/index.js';
import {
  changeCertificate,
  missingParts,
  needlessParts,
  NO_CERTIFICATE,
  type CertificateAuthentication,
  type CertificateChange,
} from './certificate-authentication.policy.js';

/** How a principal proves who it is. */
export interface Authentication extends CertificateAuthentication {
  readonly authMethod: ClientAuthMethodName;
  readonly jwks: JSONWebKeySet | null;
  readonly jwksUri: string | null;
}

/** What a request says about it; what it leaves out stays. */
export interface AuthenticationChange extends CertificateChange {
  readonly auth_method?: string | undefined;
  readonly jwks?: unknown;
  readonly jwks_uri?: string | null | undefined;
}

export interface AuthenticationVerdict {
  readonly authentication: Authentication;
  readonly mistakes: readonly ProblemItem[];
}

export const SECRET_AUTHENTICATION: Authentication = {
  authMethod: 'client_secret',
  jwks: null,
  jwksUri: null,
  ...NO_CERTIFICATE,
};

/** What a method is registered with. */
const NEEDS: Partial<Record<ClientAuthMethodName, 'keys' | 'certificate'>> = {
  private_key_jwt: 'keys',
  self_signed_tls_client_auth: 'keys',
  tls_client_auth: 'certificate',
};

export function changesAuthentication(change: AuthenticationChange): boolean {
  const { auth_method, jwks, jwks_uri, tls_client_auth_ca, tls_client_auth_san } = change;
  return [auth_method, jwks, jwks_uri, tls_client_auth_ca, tls_client_auth_san].some((field) => field !== undefined);
}

/** The authentication after a change. A new key set takes the place of an address and the other way round. */
export function changeAuthentication(present: Authentication, change: AuthenticationChange, now = Date.now()): AuthenticationVerdict {
  const authMethod = (change.auth_method ?? present.authMethod) as ClientAuthMethodName;
  const keys = changeKeys(present, change, authMethod);
  const certificate = changeCertificate(NEEDS[authMethod] === 'certificate' ? present : NO_CERTIFICATE, change, now);
  const authentication = { authMethod, ...keys.after, ...certificate.after };
  const misread = [...keys.mistakes, ...certificate.mistakes];
  return { authentication, mistakes: misread.length > 0 ? misread : mistakesOf(authentication) };
}

function changeKeys(
  present: Authentication,
  change: AuthenticationChange,
  authMethod: ClientAuthMethodName,
): { after: Pick<Authentication, 'jwks' | 'jwksUri'>; mistakes: readonly ProblemItem[] } {
  const read = change.jwks === undefined || change.jwks === null ? undefined : readPublicKeys(change.jwks);
  const replaced = change.jwks !== undefined || change.jwks_uri !== undefined;
  const keep = replaced || NEEDS[authMethod] !== 'keys' ? { jwks: null, jwksUri: null } : present;
  const jwks = read ? (read.keys ?? null) : keep.jwks;
  return { after: { jwks, jwksUri: change.jwks_uri ?? keep.jwksUri }, mistakes: read?.mistakes ?? [] };
}

function mistakesOf({ authMethod, jwks, jwksUri, ...certificate }: Authentication): ProblemItem[] {
  if (jwksUri !== null && !isKeyAddress(jwksUri))
    return [{ location: '/jwks_uri', message: 'The address is not https without user and fragment.', fix: 'Send an https URL.' }];
  const sources = (jwks ? 1 : 0) + (jwksUri === null ? 0 : 1);
  const needs = NEEDS[authMethod];
  if (needs === 'keys' && sources !== 1)
    return [{ location: '/jwks', message: `${authMethod} needs public keys: either jwks or jwks_uri.`, fix: 'Send exactly one of them.' }];
  if (needs !== 'keys' && sources > 0)
    return [
      {
        location: jwks ? '/jwks' : '/jwks_uri',
        message: `${authMethod} takes no keys.`,
        fix: 'Leave jwks and jwks_uri out, or use private_key_jwt or self_signed_tls_client_auth.',
      },
    ];
  return needs === 'certificate' ? missingParts(certificate) : needlessParts(certificate, authMethod);
}
