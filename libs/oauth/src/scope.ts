import { OAuthError } from './errors.js';

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const MAX_SCOPES = 128;
const MAX_SCOPE_LENGTH = 4096;

export function isScopeToken(value: string): boolean {
  return SCOPE_TOKEN.test(value);
}

/**
 * Splits a `scope` parameter into its unique values, in the order given.
 * @throws OAuthError `invalid_scope` when it breaks the syntax of RFC 6749 §3.3 or holds more than 128 values.
 */
export function parseScope(text: string): string[] {
  if (text.length > MAX_SCOPE_LENGTH) throw new OAuthError('invalid_scope', 'The scope parameter is longer than 4096 characters.');
  const values = text.split(' ');
  if (values.length > MAX_SCOPES) throw new OAuthError('invalid_scope', 'The scope parameter holds more than 128 values.');
  if (!values.every(isScopeToken)) {
    throw new OAuthError(
      'invalid_scope',
      'The scope parameter is malformed: single spaces separate values of printable ASCII without quotes or backslashes.',
    );
  }
  return [...new Set(values)];
}

export function formatScope(scopes: readonly string[]): string {
  return scopes.join(' ');
}

/** The asked scopes that the granted ones do not hold. */
export function scopesOutside(asked: readonly string[], granted: readonly string[] | ReadonlySet<string>): string[] {
  const held = granted instanceof Set ? granted : new Set(granted as readonly string[]);
  return asked.filter((scope) => !held.has(scope));
}
