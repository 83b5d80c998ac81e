import { check, type Check } from '../check.js';
import { FORBIDDEN, FORBIDDEN_OR_REFUSED, type Expectation } from '../judgement.js';
import type { Session } from '../session.js';
import { bearerChallenge } from './bearer-challenge.js';
import { spoiled } from './claims.js';

const STRANGE = 'rs-check:nothing';

export const SCOPE_CHECKS: readonly Check[] = [
  check(
    FORBIDDEN,
    {
      name: 'scope-other',
      title: 'A token without the scope is refused with 403',
      why: 'Least privilege is only as good as this check.',
      rule: 'RFC 6750 §3.1',
      covers: ['table 25.8'],
      severity: 'critical',
      remedy: 'Demand every scope that the operation needs, and answer 403 insufficient_scope without one.',
      needs: ['forge', 'scope'],
    },
    spoiled(({ target: { scopes } }) => [
      ['another scope', { scope: STRANGE }],
      ['an empty scope', { scope: '' }],
      ...(scopes.length > 1 ? [['all but the last', { scope: scopes.slice(0, -1).join(' ') }] as const] : []),
    ]),
  ),
  check(
    FORBIDDEN,
    {
      name: 'scope-lookalike',
      title: 'A scope that only resembles the needed one is not enough',
      why: 'Substring, prefix and wildcard comparisons turn a small right into a large one.',
      rule: 'RFC 6749 §3.3',
      severity: 'high',
      remedy: 'Split scope at single spaces into a set and ask the set; never use includes, startsWith or a pattern on the text.',
      needs: ['forge', 'scope'],
    },
    spoiled(({ target }) =>
      lookalikes(target.scopes.at(-1) ?? '').map(([label, last]) => [label, { scope: [...target.scopes.slice(0, -1), last].join(' ') }]),
    ),
  ),
  check(
    FORBIDDEN_OR_REFUSED,
    {
      name: 'scope-not-a-text',
      title: 'A scope claim that is no text gives no rights',
      why: 'A text and a list both have includes: one comparison, two meanings.',
      rule: 'RFC 9068 §2.2.3, RFC 8693 §4.2',
      severity: 'medium',
      remedy: 'Refuse a scope claim that is not a string.',
      needs: ['forge', 'scope'],
    },
    spoiled(({ target: { scopes } }) => [
      ['a list', { scope: scopes }],
      ['an object', { scope: Object.fromEntries(scopes.map((scope) => [scope, true])) }],
      ['true', { scope: true }],
      ['no scope', { scope: undefined }],
    ]),
  ),
  check(
    namesScopes,
    {
      name: 'challenge-scope',
      title: 'The 403 says which scopes are needed',
      why: 'A caller that is not told cannot ask for the right token, and asks for everything instead.',
      rule: 'RFC 6750 §3.1',
      covers: ['table 25.8'],
      severity: 'low',
      expected: '403 with WWW-Authenticate: Bearer error="insufficient_scope", scope="every scope needed"',
      remedy: 'Put error="insufficient_scope" and scope="…" with every scope of the operation into the challenge.',
      needs: ['forge', 'scope'],
    },
    spoiled(() => [['another scope', { scope: STRANGE }]]),
  ),
];

/** What a careless comparison takes for `scope`. */
function lookalikes(scope: string): [string, string][] {
  const [verb = scope] = scope.split(':');
  const named: [string, string][] = [
    ['its beginning', verb],
    ['its beginning with a colon', `${verb}:`],
    ['without its last letter', scope.slice(0, -1)],
    ['longer', `${scope}-rs-check`],
    ['with something before it', `rs-check-${scope}`],
    ['in upper case', scope.toUpperCase()],
    ['a wildcard', '*'],
    ['its beginning with a wildcard', `${verb}:*`],
    ['with a line break before it', `rs-check\n${scope}`],
    ['with a comma before it', `rs-check,${scope}`],
  ];
  return named.filter(([, other]) => other !== scope);
}

function namesScopes({ target: { scopes } }: Session): Expectation {
  return {
    ...FORBIDDEN,
    also: bearerChallenge(({ parameters }) => {
      if (parameters.get('error') !== 'insufficient_scope') return 'the challenge does not say error="insufficient_scope"';
      const named = parameters.get('scope')?.split(' ') ?? [];
      const missing = scopes.filter((scope) => !named.includes(scope));
      return missing.length > 0 ? `the challenge does not name the scope ${missing.join(' ')}` : undefined;
    }),
  };
}
