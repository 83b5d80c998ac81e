import type { ProblemItem } from '../../platform/http/index.js';
import { segmentsOf } from './claim-pattern.js';

const MAX_DEPTH = 4;
const MAX_CLAIMS = 20;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 512;
const MAX_ALTERNATIVES = 20;

/** What is wrong with the claims of a rule as they were sent, before anybody asks whether the rule is wise. */
export function mistakesInShape(claims: unknown, location: string): ProblemItem[] {
  const mistakes: ProblemItem[] = [];
  const count = walk(claims, location, 1, mistakes);
  if (mistakes.length === 0 && count === 0)
    mistakes.push({ location, message: 'The rule names no claim.', fix: 'Name the claims that tell your workload from all others.' });
  if (count > MAX_CLAIMS)
    mistakes.push({ location, message: `The rule names more than ${MAX_CLAIMS} claims.`, fix: 'Name fewer, such as the ids alone.' });
  return mistakes;
}

/** Answers how many values were found. */
function walk(value: unknown, location: string, depth: number, mistakes: ProblemItem[]): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = mistakeInClaim(value);
    if (message) mistakes.push({ location, message, fix: 'Send a text, a number, a boolean, or a list of them to allow any of several.' });
    return 1;
  }
  if (depth > MAX_DEPTH) {
    mistakes.push({ location, message: `Claims are nested more than ${MAX_DEPTH} deep.`, fix: 'Name a claim that is less deep.' });
    return 0;
  }
  let count = 0;
  for (const [name, member] of Object.entries(value)) {
    const place = `${location}/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (name.length > MAX_NAME_LENGTH)
      mistakes.push({ location: place, message: 'The name of the claim is too long.', fix: 'Correct it.' });
    count += walk(member, place, depth + 1, mistakes);
  }
  return count;
}

function mistakeInClaim(value: unknown): string | undefined {
  if (!Array.isArray(value)) return mistakeInValue(value);
  if (value.length === 0 || value.length > MAX_ALTERNATIVES) return `A list holds 1 to ${MAX_ALTERNATIVES} values.`;
  return value.map(mistakeInValue).find((mistake) => mistake !== undefined);
}

function mistakeInValue(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : 'A number is whole and at most 2^53.';
  if (typeof value !== 'string') return 'The value is neither text nor number nor boolean.';
  if (value === '' || value.length > MAX_VALUE_LENGTH) return `A text holds 1 to ${MAX_VALUE_LENGTH} characters.`;
  const segments = segmentsOf(value);
  // JBG-5: a wildcard inside a segment would let `acme*` match the organization `acme-evil`.
  if (segments.some((segment) => segment.includes('*') && segment !== '*'))
    return 'A * stands for one whole segment between / or :, not for a part of one.';
  if (segments.includes('*') && segments.every((segment, i) => i % 2 === 1 || segment === '*' || segment === ''))
    return 'The value is nothing but wildcards.';
  return undefined;
}
