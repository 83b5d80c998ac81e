import { check, type Check } from '../check.js';
import { ACCEPTED, REFUSED, REFUSED_OR_MALFORMED, TOO_LARGE } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';

const OTHER_TYPES = [
  'JWT',
  'jwt',
  'client-authentication+jwt',
  'dpop+jwt',
  'logout+jwt',
  'secevent+jwt',
  'oauth-id-jag+jwt',
  'txntoken+jwt',
  'token-introspection+jwt',
  'x/at+jwt',
  ['at+jwt'],
];
const STRANGE_KEY_IDS = [
  '../../../../etc/passwd',
  '../../../../dev/null',
  "' OR '1'='1' --",
  "x' UNION SELECT 'AAAA",
  '__proto__',
  'constructor',
  'a\u0000b',
  '',
];
const NO_KEY_IDS = [null, 7, true, ['k'], { toString: 1 }];
/** Long, but not so long that the whole token is too large. */
const LONG_KID_CHARACTERS = 3_000;

export const HEADER_CHECKS: readonly Check[] = [
  check(
    REFUSED,
    {
      name: 'typ-other',
      title: 'Only a token that calls itself an access token is taken',
      why: 'ID tokens, client assertions and logout tokens carry the same signature and reach other hands.',
      rule: 'RFC 9068 §4, RFC 8725 §3.11',
      covers: ['attack 10'],
      severity: 'high',
      remedy: 'Demand the header member typ: at+jwt.',
      needs: ['forge'],
    },
    async (session) => [
      bearing('no typ', await session.forged({ header: { typ: undefined } })),
      ...(await Promise.all(
        OTHER_TYPES.map(async (typ) => bearing(`typ ${JSON.stringify(typ)}`, await session.forged({ header: { typ } }))),
      )),
    ],
  ),
  check(
    ACCEPTED,
    {
      name: 'typ-full-name',
      title: 'The full media type is taken as well',
      why: 'An issuer may write application/at+jwt: its callers would be locked out.',
      rule: 'RFC 9068 §4, RFC 7515 §4.1.9',
      severity: 'low',
      remedy: 'Compare typ without case and without a leading application/.',
      needs: ['forge'],
    },
    async (session) => [
      bearing('typ application/at+jwt', await session.forged({ header: { typ: 'application/at+jwt' } })),
      bearing('typ AT+JWT', await session.forged({ header: { typ: 'AT+JWT' } })),
    ],
  ),
  check(
    REFUSED,
    {
      name: 'id-token',
      title: 'An ID token is not taken as an access token',
      why: 'ID tokens go to browsers and logs; they say who signed in, not what a caller may do.',
      rule: 'RFC 9068 §5',
      covers: ['attack 10'],
      severity: 'high',
      remedy: 'Demand typ: at+jwt and the audience of this API.',
      needs: ['forge'],
    },
    idTokens,
  ),
  check(
    REFUSED,
    {
      name: 'crit-unknown',
      title: 'A token with critical header members that the API does not know is refused',
      why: 'The member crit says: whoever does not understand this must not take the token.',
      rule: 'RFC 7515 §4.1.11, RFC 7797 §6',
      covers: ['attack 7'],
      severity: 'medium',
      remedy: 'Refuse crit unless you know every member it names, and b64 and zip always.',
      needs: ['forge'],
    },
    async (session) => {
      const members: [string, object][] = [
        ['crit of an unknown member', { crit: ['urn:rs-check'], 'urn:rs-check': true }],
        ['crit of exp', { crit: ['exp'], exp: 1 }],
        ['an empty crit', { crit: [] }],
        ['b64 false', { b64: false, crit: ['b64'] }],
      ];
      return Promise.all(members.map(async ([label, header]) => bearing(label, await session.forged({ header: { ...header } }))));
    },
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'kid-tricks',
      title: 'A key id is text to compare and nothing else',
      why: 'A kid that becomes a path, an SQL text or an object key reads files, changes queries or crashes.',
      rule: 'RFC 8725 §3.10',
      covers: ['attack 4'],
      severity: 'critical',
      remedy: 'Look the kid up in a Map of the published keys, and refuse the token when it is not there.',
      needs: ['forge'],
    },
    (session) => withKeyIds(session, STRANGE_KEY_IDS),
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'kid-not-a-text',
      title: 'A key id that is no text is refused',
      why: 'Code that expects a text compares, joins and logs whatever comes, or crashes.',
      rule: 'RFC 7515 §4.1.4',
      covers: ['attack 4'],
      severity: 'low',
      remedy: 'Refuse a kid that is not a string.',
      needs: ['forge'],
    },
    (session) => withKeyIds(session, NO_KEY_IDS),
  ),
  check(
    TOO_LARGE,
    {
      name: 'kid-long',
      title: 'A very long key id does no harm',
      why: 'Text of any length in lookups, logs and metrics fills memory.',
      rule: 'OWASP API4:2023',
      covers: ['attack 4'],
      severity: 'medium',
      remedy: 'Refuse a kid of more than 256 characters before it is looked up or logged.',
      needs: ['forge'],
    },
    async (session) => [
      bearing(`a kid of ${LONG_KID_CHARACTERS} characters`, await session.forged({ header: { kid: 'k'.repeat(LONG_KID_CHARACTERS) } })),
    ],
  ),
  check(
    REFUSED,
    {
      name: 'duplicate-header',
      title: 'A header that names a member twice is refused',
      why: 'A gateway that reads the first and an API that reads the last see two different tokens.',
      rule: 'RFC 7515 §4, RFC 8259 §4',
      covers: ['attack 8'],
      severity: 'low',
      remedy: 'Refuse duplicate members: parse, write again, compare; or use a strict parser.',
      needs: ['forge'],
    },
    async (session) => {
      const header = JSON.stringify(session.good.header).slice(1);
      return [
        bearing('alg twice', await session.forged({ header: `{"alg":"none",${header}` })),
        bearing('typ twice', await session.forged({ header: `{"typ":"JWT",${header}` })),
        bearing('kid twice', await session.forged({ header: `{"kid":"rs-check",${header}` })),
      ];
    },
  ),
];

function withKeyIds(session: Session, kids: readonly unknown[]): Promise<Probe[]> {
  return Promise.all(kids.map(async (kid) => bearing(`kid ${JSON.stringify(kid)}`, await session.forged({ header: { kid } }))));
}

/** What OpenID Connect Core §2 puts in it; the second is for a careless API: the right audience. */
async function idTokens(session: Session): Promise<Probe[]> {
  const { claims } = session.good;
  const idClaims = { nonce: 'rs-check', azp: claims['client_id'], at_hash: 'cnMtY2hlY2s', jti: undefined };
  const header = { typ: 'JWT' };
  return [
    bearing('for the client', await session.forged({ header, claims: { ...idClaims, aud: claims['client_id'], scope: undefined } })),
    bearing(
      'for the client, which says what an access token says',
      await session.forged({ header, claims: { ...idClaims, aud: claims['client_id'] } }),
    ),
    bearing('for this API', await session.forged({ header, claims: { nonce: 'rs-check' } })),
  ];
}
