import { check, type Check } from '../check.js';
import { REFUSED } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';

/** Label and claims that differ from those of the good token; `undefined` leaves a claim out. */
type Spoiled = readonly [label: string, claims: Readonly<Record<string, unknown>>];

/** Tokens that differ from the good one in the named claims only. */
export function spoiled(list: (session: Session) => readonly Spoiled[]): (session: Session) => Promise<Probe[]> {
  return (session) => Promise.all(list(session).map(async ([label, claims]) => bearing(label, await session.forged({ claims }))));
}

const ELSEWHERE = 'https://rs-check.invalid/other-api';

export const CLAIM_CHECKS: readonly Check[] = [
  check(
    REFUSED,
    {
      name: 'issuer-other',
      title: 'A token of another issuer is refused, however alike the names are',
      why: 'Where several issuers share keys or a host, one could speak for the other.',
      rule: 'RFC 9068 §4',
      covers: ['attack 12'],
      severity: 'high',
      remedy: 'Compare iss byte for byte with the one issuer you configured: no prefix, no normalisation.',
      needs: ['forge'],
    },
    spoiled(({ issuer }) => [
      ['another issuer', { iss: 'https://rs-check.invalid' }],
      ['the name with .evil after it', { iss: `${issuer}.evil` }],
      ['the name with a slash after it', { iss: `${issuer}/` }],
      ['the name in upper case', { iss: issuer.toUpperCase() }],
      ['a part of the name', { iss: issuer.slice(0, -1) }],
      ['a list with the name', { iss: [issuer] }],
      ['no issuer', { iss: undefined }],
    ]),
  ),
  check(
    REFUSED,
    {
      name: 'audience-other',
      title: 'A token for another API is refused',
      why: 'Any other API that receives a token could use it here, as its owner.',
      rule: 'RFC 9068 §4, RFC 8707 §3',
      covers: ['attack 13'],
      severity: 'critical',
      remedy: 'Demand that aud is exactly the identifier of this API.',
      needs: ['forge'],
    },
    spoiled(({ issuer }) => [
      ['another API', { aud: ELSEWHERE }],
      ['a list with another API', { aud: [ELSEWHERE] }],
      ['the issuer', { aud: issuer }],
      ['a pattern', { aud: '*' }],
      ['an empty text', { aud: '' }],
      ['an empty list', { aud: [] }],
      ['no audience', { aud: undefined }],
    ]),
  ),
  check(
    REFUSED,
    {
      name: 'audience-lookalike',
      title: 'An audience that only resembles that of the API is refused',
      why: 'A comparison by prefix or substring lets the tokens of neighbours in.',
      rule: 'RFC 9068 §4',
      covers: ['attack 13'],
      severity: 'high',
      remedy: 'Compare aud byte for byte; never with includes or startsWith on a text.',
      needs: ['forge'],
    },
    spoiled(({ target: { audience } }) => [
      ['longer', { aud: `${audience}2` }],
      ['with a path after it', { aud: `${audience}/admin` }],
      ['shorter', { aud: audience.slice(0, -1) }],
      ['with a slash after it', { aud: `${audience}/` }],
      ['inside a longer text', { aud: `${ELSEWHERE}?${audience}` }],
      ['in upper case', { aud: audience.toUpperCase() }],
      ['an object', { aud: { [audience]: true } }],
    ]),
  ),
  check(
    REFUSED,
    {
      name: 'audience-several',
      title: 'A token for several APIs is refused',
      why: 'Each of those APIs could use it at the others.',
      rule: 'RFC 9068 §3, RFC 9700 §2.3',
      covers: ['attack 13'],
      severity: 'low',
      remedy: 'Take tokens with exactly one audience, unless several are your policy: then skip this check.',
      needs: ['forge'],
    },
    spoiled(({ target: { audience } }) => [
      ['this API and another', { aud: [audience, ELSEWHERE] }],
      ['another API and this one', { aud: [ELSEWHERE, audience] }],
    ]),
  ),
  check(
    REFUSED,
    {
      name: 'duplicate-claims',
      title: 'Claims that name a member twice are refused',
      why: 'A gateway that reads the first and an API that reads the last see two different callers.',
      rule: 'RFC 7519 §4, RFC 8259 §4',
      covers: ['attack 8'],
      severity: 'low',
      remedy: 'Refuse duplicate members: parse, write again, compare; or use a strict parser.',
      needs: ['forge'],
    },
    async (session) => {
      const claims = JSON.stringify(session.good.claims).slice(1);
      return [
        bearing('sub twice', await session.forged({ claims: `{"sub":"rs-check-admin",${claims}` })),
        bearing('aud twice', await session.forged({ claims: `{"aud":"${ELSEWHERE}",${claims}` })),
        bearing('exp twice, once with an escape in its name', await session.forged({ claims: `{"\\u0065xp":1,${claims}` })),
      ];
    },
  ),
  check(
    REFUSED,
    {
      name: 'claims-required',
      title: 'A token without the claims of RFC 9068 is refused',
      why: 'Whoever logs, limits or revokes by a claim that may be absent does it for nobody.',
      rule: 'RFC 9068 §2.2',
      severity: 'low',
      remedy: 'Demand iss, sub, aud, exp, iat, jti and client_id.',
      needs: ['forge'],
    },
    spoiled(() => [
      ['no sub', { sub: undefined }],
      ['sub an object', { sub: {} }],
      ['no client_id', { client_id: undefined }],
      ['no jti', { jti: undefined }],
      ['no iat', { iat: undefined }],
    ]),
  ),
];
