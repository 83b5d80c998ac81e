import { isPatterns, segmentsOf, valuesOf, type ClaimPattern, type ClaimPatterns, type ClaimValue } from './claim-pattern.js';

/** The first claim of a token that is not what a rule asks for. */
export interface ClaimMismatch {
  /** JSON Pointer into the token's claims (RFC 6901). */
  readonly claim: string;
  readonly expected: unknown;
  /** undefined: the token has no such claim. */
  readonly received: unknown;
}

/** JBG-7: code of a pull request's author runs with the rights of the repository, so a rule must name the event to let it in. */
const NEVER_BY_DEFAULT = 'pull_request_target';

/** undefined: the rule matches. Claims are compared as they are; nothing is converted, trimmed or folded to one case. */
export function mismatchOf(patterns: ClaimPatterns, claims: Readonly<Record<string, unknown>>): ClaimMismatch | undefined {
  if (claims['event_name'] === NEVER_BY_DEFAULT && !Object.hasOwn(patterns, 'event_name'))
    return { claim: '/event_name', expected: `named by the rule where it is ${NEVER_BY_DEFAULT}`, received: NEVER_BY_DEFAULT };
  return firstMismatch(patterns, claims, '');
}

function firstMismatch(patterns: ClaimPatterns, claims: Readonly<Record<string, unknown>>, above: string): ClaimMismatch | undefined {
  for (const [name, pattern] of Object.entries(patterns)) {
    const claim = `${above}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const received = Object.hasOwn(claims, name) ? claims[name] : undefined;
    const mismatch = mismatchOfClaim(pattern, received, claim);
    if (mismatch) return mismatch;
  }
  return undefined;
}

function mismatchOfClaim(pattern: ClaimPattern, received: unknown, claim: string): ClaimMismatch | undefined {
  if (isPatterns(pattern)) {
    if (typeof received === 'object' && received !== null && !Array.isArray(received))
      return firstMismatch(pattern, received as Record<string, unknown>, claim);
    return { claim, expected: pattern, received };
  }
  // A claim that is a list, such as groups, matches by any of its members.
  const held: readonly unknown[] = Array.isArray(received) ? received : [received];
  const matches = valuesOf(pattern).some((value) => held.some((one) => isMatch(value, one)));
  return matches ? undefined : { claim, expected: pattern, received };
}

function isMatch(pattern: ClaimValue, value: unknown): boolean {
  if (typeof pattern !== 'string' || typeof value !== 'string' || !pattern.includes('*')) return pattern === value;
  // Segment by segment: what a wildcard stands for can hold no separator, so it never reaches into the next segment.
  const [wanted, given] = [segmentsOf(pattern), segmentsOf(value)];
  return wanted.length === given.length && wanted.every((segment, i) => (segment === '*' ? given[i] !== '' : segment === given[i]));
}
