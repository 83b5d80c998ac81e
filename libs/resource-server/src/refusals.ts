import { DpopProofRefused } from '@countersign/oauth';
import { bearerChallenge, challengeOf, dpopChallenge, type BearerChallenge } from './bearer-challenge.js';
import { MalformedCredentials, type TokenScheme } from './bearer-token.js';
import { KeysUnavailable } from './key-source.js';
import { ReplaysUnavailable } from './replays-unavailable.js';
import { ResourceRequestRefused } from './resource-request-refused.js';
import { RevocationsStale } from './revocations-stale.js';
import type { StepUp } from './step-up.js';
import { TokenRefused } from './token-refused.js';

/** A protected API as its challenges name it. */
export interface ResourceIdentity {
  /** The audience of its tokens. */
  readonly identifier: string;
  /** Where its protected resource metadata is (RFC 9728 §3); undefined for a plain name, which has none. */
  readonly metadataUrl: string | undefined;
  /** Present where tokens under the scheme DPoP are taken. */
  readonly dpop?: { nonce(): string | undefined } | undefined;
  /** Whether no others are. */
  readonly requiresDpop?: () => boolean;
}

function metadataOf({ metadataUrl }: ResourceIdentity): { resourceMetadata?: string } {
  return metadataUrl === undefined ? {} : { resourceMetadata: metadataUrl };
}

// RFC 6750 §3.1: a request without credentials is told how to authenticate, and no error; by one challenge for each scheme.
export function missingCredentials(resource: ResourceIdentity, scopes: readonly string[]): ResourceRequestRefused {
  const challenge: BearerChallenge = { ...metadataOf(resource), scopes };
  const takesBearer = !(resource.dpop && resource.requiresDpop?.());
  const challenges = [...(takesBearer ? [bearerChallenge(challenge)] : []), ...(resource.dpop ? [dpopChallenge(challenge)] : [])];
  const description = takesBearer
    ? 'Send an access token: Authorization: Bearer …'
    : 'Send an access token with a proof of its key: Authorization: DPoP …, DPoP: …';
  return new ResourceRequestRefused('missing_credentials', description, { challenges });
}

// RFC 6750 §3.1: insufficient_scope names all scopes the operation needs, in one challenge.
export function insufficientScope(
  resource: ResourceIdentity,
  scopes: readonly string[],
  scheme: TokenScheme = 'bearer',
): ResourceRequestRefused {
  const description = `The operation needs the scopes: ${scopes.join(' ')}`;
  const challenge = challengeOf(scheme, { error: 'insufficient_scope', description, scopes, ...metadataOf(resource) });
  return new ResourceRequestRefused('insufficient_scope', description, { challenges: [challenge] });
}

// RFC 9470 §3.
export function insufficientUserAuthentication(
  resource: ResourceIdentity,
  { acrValues, maxAgeSeconds }: StepUp,
  scheme: TokenScheme = 'bearer',
): ResourceRequestRefused {
  const error = 'insufficient_user_authentication';
  const description = 'The person has to sign in again, or in another way, for this operation.';
  const challenge = challengeOf(scheme, { error, description, acrValues, maxAgeSeconds, ...metadataOf(resource) });
  return new ResourceRequestRefused(error, description, { challenges: [challenge] });
}

// STEP-3: no challenge, for nothing that the program could get would help.
export function personRequired(): ResourceRequestRefused {
  return new ResourceRequestRefused(
    'person_required',
    'The operation needs a person who has signed in; this token stands for a program alone.',
  );
}

export function malformedCredentials(resource: ResourceIdentity, description: string, reason: string): ResourceRequestRefused {
  const challenge = bearerChallenge({ error: 'invalid_request', description, ...metadataOf(resource) });
  return new ResourceRequestRefused('invalid_request', description, { challenges: [challenge], reason });
}

export function invalidToken(resource: ResourceIdentity, refused: TokenRefused, scheme: TokenScheme = 'bearer'): ResourceRequestRefused {
  const description = refused.publicDescription;
  const challenges = [challengeOf(scheme, { error: 'invalid_token', description, ...metadataOf(resource) })];
  // RFC 9449 §7.2: whoever sent a bound token as a Bearer token is told what goes with it.
  if (scheme === 'bearer' && resource.dpop && refused.reason === 'confirmation') challenges.push(dpopChallenge({}));
  return new ResourceRequestRefused('invalid_token', description, { challenges, reason: refused.reason, cause: refused });
}

// RFC 9449 §7.1, §9.
function refusedProof(resource: ResourceIdentity, refused: DpopProofRefused): ResourceRequestRefused {
  const error = refused.needsNonce ? 'use_dpop_nonce' : 'invalid_dpop_proof';
  const nonce = resource.dpop?.nonce();
  return new ResourceRequestRefused(error, refused.message, {
    challenges: [dpopChallenge({ error, description: refused.message, ...metadataOf(resource) })],
    reason: `dpop_${refused.reason}`,
    cause: refused,
    ...(nonce !== undefined && { headers: { 'dpop-nonce': nonce } }),
  });
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

function replaysUnavailable(unavailable: ReplaysUnavailable): ResourceRequestRefused {
  return new ResourceRequestRefused('replays_unavailable', 'Whether the DPoP proof was used before cannot be told right now.', {
    retryAfterSeconds: unavailable.retryAfterSeconds,
    cause: unavailable,
  });
}

/** What to answer when reading or judging a token failed; other errors are returned as they are. */
export function refusalFor(error: unknown, resource: ResourceIdentity, scheme?: TokenScheme): unknown {
  if (error instanceof TokenRefused) return invalidToken(resource, error, scheme);
  if (error instanceof DpopProofRefused) return refusedProof(resource, error);
  if (error instanceof MalformedCredentials) return malformedCredentials(resource, error.publicDescription, error.reason);
  if (error instanceof KeysUnavailable) return keysUnavailable(error);
  if (error instanceof RevocationsStale) return revocationsStale(error);
  if (error instanceof ReplaysUnavailable) return replaysUnavailable(error);
  return error;
}
