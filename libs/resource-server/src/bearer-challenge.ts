import { isScopeToken } from '@countersign/oauth';

export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

export interface BearerChallenge {
  error?: BearerError;
  description?: string;
  /** Every scope the operation needs. */
  scopes?: readonly string[];
  /** URL of the protected resource metadata (RFC 9728 §5.1). */
  resourceMetadata?: string;
}

// RFC 6750 §3: characters of error_description, and (without the space) of a URI.
const OUTSIDE_DESCRIPTION = /[^\x20-\x21\x23-\x5B\x5D-\x7E]/g;
const URI_CHARACTERS = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** A `WWW-Authenticate` value. Every attribute once, every value quoted, nothing that could end a quote or a header. */
export function bearerChallenge({ error, description, scopes = [], resourceMetadata }: BearerChallenge): string {
  if (resourceMetadata !== undefined && !URI_CHARACTERS.test(resourceMetadata)) throw new TypeError('resourceMetadata is not a URI.');
  const bad = scopes.find((scope) => !isScopeToken(scope));
  if (bad !== undefined) throw new TypeError('A scope breaks the syntax of RFC 6749 §3.3.');
  const attributes = [
    error && `error="${error}"`,
    description && `error_description="${description.replace(OUTSIDE_DESCRIPTION, '?')}"`,
    scopes.length > 0 && `scope="${scopes.join(' ')}"`,
    resourceMetadata !== undefined && `resource_metadata="${resourceMetadata}"`,
  ].filter((attribute) => typeof attribute === 'string' && attribute !== '');
  return ['Bearer', attributes.join(', ')].join(' ').trimEnd();
}
