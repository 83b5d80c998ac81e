import { attempt, check, type Check, type Trial } from '../check.js';
import { headerOf, type Answer } from '../http/answer.js';
import { REFUSED, type Expectation } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';
import { bearerChallenge } from './bearer-challenge.js';
import { spoiled } from './claims.js';

const nothing: Probe = { label: 'no token', request: {} };

/** Refused by any API that looks at tokens at all, whatever else is wrong with it. */
const garbage = bearing('what is no token', 'rs-check');

function strangersToken({ attacker, good }: Session): Probe {
  return bearing('a token of a stranger', attacker.sign({ ...good.header, alg: 'RS256' }, good.claims));
}

function refusedWith(text: string, also: NonNullable<Expectation['also']>): Expectation {
  return { ...REFUSED, text, also };
}

export const CHALLENGE_CHECKS: readonly Check[] = [
  check(
    refusedWith(
      '401 with WWW-Authenticate: Bearer, without an error',
      bearerChallenge(({ parameters }) =>
        parameters.has('error')
          ? `the challenge says error="${parameters.get('error') ?? ''}" to a caller that made no mistake`
          : undefined,
      ),
    ),
    {
      name: 'no-token',
      title: 'A request without a token is asked for one',
      why: 'Without this the API is open. The error code is for callers that sent something wrong.',
      rule: 'RFC 6750 §3',
      covers: ['table 25.8'],
      severity: 'critical',
      remedy: 'Answer 401 with WWW-Authenticate: Bearer, and no error in it.',
    },
    () => [nothing],
  ),
  check(
    refusedWith(
      '401 with WWW-Authenticate: Bearer error="invalid_token"',
      bearerChallenge(({ parameters }) =>
        parameters.get('error') === 'invalid_token' ? undefined : 'the challenge does not say error="invalid_token"',
      ),
    ),
    {
      name: 'challenge-invalid-token',
      title: 'A bad token is answered with 401 invalid_token',
      why: 'Client libraries fetch a new token on this answer and on no other.',
      rule: 'RFC 6750 §3.1',
      covers: ['table 25.8'],
      severity: 'low',
      remedy: 'Answer 401 with WWW-Authenticate: Bearer error="invalid_token"; every parameter once and in quotes.',
    },
    () => [garbage],
  ),
  check(
    refusedWith('401 with resource_metadata="…" in the challenge', bearerChallenge(namesMetadata)),
    {
      name: 'challenge-metadata',
      title: 'The challenge says where the metadata of the API is',
      why: 'Agents and new clients find the right issuer from there instead of being configured by hand.',
      rule: 'RFC 9728 §5.1',
      covers: ['table 25.8'],
      severity: 'low',
      remedy: 'Add resource_metadata="https://…/.well-known/oauth-protected-resource/…" to every 401.',
    },
    () => [nothing, garbage],
  ),
  check(
    { text: '401 or 403 with Cache-Control: no-store', statuses: [401, 403], also: notStored },
    {
      name: 'refusal-not-stored',
      title: 'Refusals are not to be cached',
      why: 'A cache that keeps a refusal locks the next caller out, or shows what it says about this one.',
      rule: 'RFC 9111 §3.5',
      severity: 'low',
      remedy: 'Send Cache-Control: no-store with every 401 and 403.',
    },
    async (session) => {
      const withoutScope =
        session.missing(['forge', 'scope']) === undefined ? await spoiled(() => [['no scope', { scope: '' }]])(session) : [];
      return [nothing, garbage, ...withoutScope];
    },
  ),
  {
    name: 'no-oracle',
    title: 'A refusal does not tell which check failed',
    why: 'Whoever forges tokens learns step by step what is still wrong with them.',
    rule: 'RFC 6750 §3.1',
    covers: ['RS-4'],
    severity: 'low',
    expected: 'the same 401 with the same challenge to every bad token, except that it may say "expired"',
    remedy: 'Say "the access token is invalid" to the caller; write the reason to the log.',
    needs: ['forge'],
    run: comparedRefusals,
  },
];

function namesMetadata({ parameters }: { readonly parameters: ReadonlyMap<string, string> }): string | undefined {
  const url = parameters.get('resource_metadata');
  if (url === undefined) return 'the challenge names no resource_metadata';
  return URL.canParse(url) ? undefined : 'resource_metadata is not an absolute URL';
}

function notStored(answer: Answer): string | undefined {
  const control = headerOf(answer, 'cache-control');
  return control?.toLowerCase().includes('no-store') ? undefined : `Cache-Control is ${control ?? 'absent'}`;
}

const ANY_ANSWER: Expectation = { text: 'any answer', statuses: [200, 201, 202, 204, 206, 400, 401, 403] };

async function comparedRefusals(session: Session): Promise<Trial[]> {
  const signedWell = await spoiled(() => [
    ['another audience', { aud: 'https://rs-check.invalid' }],
    ['another issuer', { iss: 'https://rs-check.invalid' }],
    ['no sub', { sub: undefined }],
  ])(session);
  const probes = [strangersToken(session), ...signedWell, bearing('another typ', await session.forged({ header: { typ: 'JWT' } }))];
  const trials: Trial[] = [];
  for (const probe of probes) trials.push(await attempt(session, probe, ANY_ANSWER));
  return trials.map((trial) => compared(trial, trials));
}

/** Only refusals are compared: that a token is accepted is the finding of another check. */
function compared(trial: Trial, all: readonly Trial[]): Trial {
  const refusals = all.filter(({ answer }) => answer.status === 401);
  const first = refusals[0];
  if (!first || !refusals.includes(trial) || challengeOf(trial) === challengeOf(first)) return trial;
  return { ...trial, problem: { kind: 'inexact', text: `"${first.label}" is answered in other words than "${trial.label}"` } };
}

function challengeOf({ answer }: Trial): string | undefined {
  return headerOf(answer, 'www-authenticate');
}
