import { DPOP_ALGS, isScopeToken } from '@countersign/oauth';
import type { TokenScheme } from './bearer-token.js';

export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'insufficient_user_authentication';
/** RFC 9449 §7.1. */
export type DpopError = BearerError | 'invalid_dpop_proof' | 'use_dpop_nonce';

export interface BearerChallenge<Error extends string = BearerError> {
  error?: Error;
  description?: string;
  /** Every scope the operation needs. */
  scopes?: readonly string[];
  /** RFC 9470 §3: what a sign-in has to be like. */
  acrValues?: readonly string[] | undefined;
  maxAgeSeconds?: number | undefined;
  /** URL of the protected resource metadata (RFC 9728 §5.1). */
  resourceMetadata?: string;
}

// RFC 6750 §3: characters of error_description, and (without the space) of a URI.
const OUTSIDE_DESCRIPTION = /[^\x20-\x21\x23-\x5B\x5D-\x7E]/g;
const URI_CHARACTERS = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** A `WWW-Authenticate` value. Every attribute once, every value quoted, nothing that could end a quote or a header. */
export function bearerChallenge(challenge: BearerChallenge): string {
  return formatted('Bearer', attributesOf(challenge));
}

/** RFC 9449 §7.1: the same for tokens that are bound to a key; says which proofs are understood. */
export function dpopChallenge(challenge: BearerChallenge<DpopError>): string {
  return formatted('DPoP', [...attributesOf(challenge), `algs="${DPOP_ALGS.join(' ')}"`]);
}

export function challengeOf(scheme: TokenScheme, challenge: BearerChallenge): string {
  return scheme === 'dpop' ? dpopChallenge(challenge) : bearerChallenge(challenge);
}

function attributesOf({
  error,
  description,
  scopes = [],
  acrValues = [],
  maxAgeSeconds,
  resourceMetadata,
}: BearerChallenge<DpopError>): string[] {
  if (resourceMetadata !== undefined && !URI_CHARACTERS.test(resourceMetadata)) throw new TypeError('resourceMetadata is not a URI.');
  const bad = scopes.find((scope) => !isScopeToken(scope));
  if (bad !== undefined) throw new TypeError('A scope breaks the syntax of RFC 6749 §3.3.');
  return [
    error && `error="${error}"`,
    description && `error_description="${description.replace(OUTSIDE_DESCRIPTION, '?')}"`,
    scopes.length > 0 && `scope="${scopes.join(' ')}"`,
    acrValues.length > 0 && `acr_values="${acrValues.join(' ')}"`,
    maxAgeSeconds !== undefined && `max_age="${maxAgeSeconds}"`,
    resourceMetadata !== undefined && `resource_metadata="${resourceMetadata}"`,
  ].filter((attribute) => typeof attribute === 'string' && attribute !== '') as string[];
}

function formatted(scheme: string, attributes: readonly string[]): string {
  return [scheme, attributes.join(', ')].join(' ').trimEnd();
}
