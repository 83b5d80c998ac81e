import { bearerChallenge } from './bearer-challenge.js';
import { MalformedCredentials } from './bearer-token.js';
import { KeysUnavailable } from './key-source.js';
import { ResourceRequestRefused } from './resource-request-refused.js';
import { RevocationsStale } from './revocations-stale.js';
import { TokenRefused } from './token-refused.js';

/** A protected API as its challenges name it. */
export interface ResourceIdentity {
  /** The audience of its tokens. */
  readonly identifier: string;
  /** Where its protected resource metadata is (RFC 9728 §3); undefined for a plain name, which has none. */
  readonly metadataUrl: string | undefined;
}

function metadataOf({ metadataUrl }: ResourceIdentity): { resourceMetadata?: string } {
  return metadataUrl === undefined ? {} : { resourceMetadata: metadataUrl };
}

// RFC 6750 §3.1: a request without credentials is told how to authenticate, and no error.
export function missingCredentials(resource: ResourceIdentity, scopes: readonly string[]): ResourceRequestRefused {
  const challenge = bearerChallenge({ ...metadataOf(resource), scopes });
  return new ResourceRequestRefused('missing_credentials', 'Send an access token: Authorization: Bearer …', { challenges: [challenge] });
}

// RFC 6750 §3.1: insufficient_scope names all scopes the operation needs, in one challenge.
export function insufficientScope(resource: ResourceIdentity, scopes: readonly string[]): ResourceRequestRefused {
  const description = `The operation needs the scopes: ${scopes.join(' ')}`;
  const challenge = bearerChallenge({ error: 'insufficient_scope', description, scopes, ...metadataOf(resource) });
  return new ResourceRequestRefused('insufficient_scope', description, { challenges: [challenge] });
}

export function malformedCredentials(resource: ResourceIdentity, description: string, reason: string): ResourceRequestRefused {
  const challenge = bearerChallenge({ error: 'invalid_request', description, ...metadataOf(resource) });
  return new ResourceRequestRefused('invalid_request', description, { challenges: [challenge], reason });
}

export function invalidToken(resource: ResourceIdentity, refused: TokenRefused): ResourceRequestRefused {
  const description = refused.publicDescription;
  const challenge = bearerChallenge({ error: 'invalid_token', description, ...metadataOf(resource) });
  return new ResourceRequestRefused('invalid_token', description, { challenges: [challenge], reason: refused.reason, cause: refused });
}

/** @param reason for logs; `description` is what the presenter may learn */
export function apiKeyRefused(resource: ResourceIdentity, description: string, reason: string): ResourceRequestRefused {
  const challenge = bearerChallenge({ error: 'invalid_token', description, ...metadataOf(resource) });
  return new ResourceRequestRefused('invalid_token', description, { challenges: [challenge], reason });
}

export function keysUnavailable(unavailable: KeysUnavailable): ResourceRequestRefused {
  return new ResourceRequestRefused('keys_unavailable', 'Access tokens cannot be verified right now.', {
    retryAfterSeconds: unavailable.retryAfterSeconds,
    cause: unavailable,
  });
}

export function revocationsStale(stale: RevocationsStale): ResourceRequestRefused {
  return new ResourceRequestRefused('revocations_stale', 'Whether the access token was revoked cannot be told right now.', {
    retryAfterSeconds: stale.retryAfterSeconds,
    cause: stale,
  });
}

/** What to answer when reading or judging a token failed; other errors are returned as they are. */
export function refusalFor(error: unknown, resource: ResourceIdentity): unknown {
  if (error instanceof TokenRefused) return invalidToken(resource, error);
  if (error instanceof MalformedCredentials) return malformedCredentials(resource, error.publicDescription, error.reason);
  if (error instanceof KeysUnavailable) return keysUnavailable(error);
  if (error instanceof RevocationsStale) return revocationsStale(error);
  return error;
}
