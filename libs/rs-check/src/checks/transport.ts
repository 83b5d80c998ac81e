import { check, type Check } from '../check.js';
import { ACCEPTED, REFUSED_OR_MALFORMED, type Expectation } from '../judgement.js';
import type { Probe } from '../probe.js';
import type { Session } from '../session.js';
import { bearerChallenge } from './bearer-challenge.js';

const NOT_LET_IN: Expectation = {
  text: '400 or 401, or 404, 405 or 415 where the method is not for forms',
  statuses: [400, 401, 404, 405, 415],
};
const MALFORMED: Expectation = {
  text: '400 with WWW-Authenticate: Bearer error="invalid_request"',
  statuses: [400],
  also: bearerChallenge(({ parameters }) =>
    parameters.get('error') === 'invalid_request' ? undefined : 'the challenge does not say error="invalid_request"',
  ),
};

function withLines(label: string, token: string, ...values: readonly string[]): Probe {
  return { label, token, request: { headers: values.map((value) => ['Authorization', value] as const) } };
}

function urlWithToken({ good: { token }, target: { url } }: Session): string {
  const withToken = new URL(url);
  withToken.searchParams.set('access_token', token);
  return withToken.href;
}

export const TRANSPORT_CHECKS: readonly Check[] = [
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'token-in-query',
      title: 'A token in the URL is refused',
      why: 'URLs stand in logs, histories and Referer headers: tokens in them are stolen from there.',
      rule: 'RFC 9700 §4.3.2, RFC 6750 §2.3',
      covers: ['table 25.8'],
      severity: 'high',
      remedy: 'Read the Authorization header only; answer 400 to access_token in the query.',
    },
    (session) => [{ label: 'in the query alone', token: session.good.token, request: { url: urlWithToken(session) } }],
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'token-twice',
      title: 'A request that carries a token in two places is refused',
      why: 'A gateway checks the one, the API believes the other.',
      rule: 'RFC 6750 §2',
      covers: ['table 25.8'],
      severity: 'low',
      remedy: 'Answer 400 to access_token in the query, whatever else the request carries.',
    },
    (session) => {
      const { token } = session.good;
      const headers = [['Authorization', `Bearer ${token}`]] as const;
      return [{ label: 'in the query and in the header', token, request: { url: urlWithToken(session), headers } }];
    },
  ),
  check(
    NOT_LET_IN,
    {
      name: 'token-in-form',
      title: 'A token in a form is not taken',
      why: 'Another site can send a form from the browser of a user.',
      rule: 'RFC 6750 §2.2',
      covers: ['table 25.8'],
      severity: 'medium',
      remedy: 'Read the Authorization header only.',
    },
    ({ good: { token }, target: { method } }) =>
      [...new Set([method, 'POST'])].map((each) => ({
        label: `in the form of a ${each}`,
        token,
        request: {
          method: each,
          headers: [['Content-Type', 'application/x-www-form-urlencoded']],
          body: new URLSearchParams({ access_token: token }).toString(),
        },
      })),
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'duplicate-authorization',
      title: 'Two Authorization headers are refused',
      why: 'A gateway checks the one, the API believes the other.',
      rule: 'RFC 6750 §2, RFC 9110 §5.3',
      covers: ['table 25.8'],
      severity: 'medium',
      remedy: 'Look at the raw header lines: most frameworks drop or join the second.',
    },
    ({ good: { token }, attacker, good }) => {
      const bad = attacker.sign({ ...good.header, alg: 'RS256' }, good.claims);
      return [
        withLines('a good one, then a bad one', token, `Bearer ${token}`, `Bearer ${bad}`),
        withLines('a bad one, then a good one', token, `Bearer ${bad}`, `Bearer ${token}`),
        withLines('the same twice', token, `Bearer ${token}`, `Bearer ${token}`),
        withLines('two in one line', token, `Bearer ${token}, Bearer ${token}`),
      ];
    },
  ),
  check(
    ACCEPTED,
    {
      name: 'scheme-case',
      title: 'The scheme is compared without case',
      why: 'Correct clients that write "bearer" would be locked out.',
      rule: 'RFC 9110 §11.1',
      severity: 'low',
      remedy: 'Compare the scheme without case.',
    },
    ({ good: { token } }) => ['bearer', 'BEARER'].map((scheme) => withLines(scheme, token, `${scheme} ${token}`)),
  ),
  check(
    MALFORMED,
    {
      name: 'malformed-header',
      title: 'A malformed Authorization header is answered with 400',
      why: 'A client that is told 401 fetches a new token and sends it malformed again.',
      rule: 'RFC 6750 §3.1',
      covers: ['table 25.8'],
      severity: 'low',
      remedy: 'Answer 400 with error="invalid_request" to what is Bearer but not "Bearer", a space and a token.',
    },
    ({ good: { token } }) => [
      withLines('the scheme alone', token, 'Bearer'),
      withLines('two tokens', token, `Bearer ${token} ${token}`),
      withLines('a token with a comma', token, `Bearer ${token},`),
    ],
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'control-characters',
      title: 'A token with control characters or other bytes beyond ASCII is refused',
      why: 'A lenient decoder drops them: one token gets many spellings.',
      rule: 'RFC 6750 §2.1',
      severity: 'low',
      remedy: 'Match the token against the letters that RFC 6750 allows before decoding it.',
    },
    ({ good: { token, segments } }) => [
      withLines('a tab inside', token, `Bearer ${segments[0]}.\t${segments[1]}.${segments[2]}`),
      withLines('a byte of Latin-1 at the end', token, `Bearer ${token}\u00e9`),
      withLines('a no-break space before it', token, `Bearer \u00a0${token}`),
    ],
  ),
];
