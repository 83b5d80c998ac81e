import { attempt, check, type Check } from '../check.js';
import { REFUSED_OR_MALFORMED } from '../judgement.js';
import type { Probe } from '../probe.js';
import type { Session } from '../session.js';
import { BoundToken, hashOf, proving } from '../tokens/bound-token.js';

const HOUR_SECONDS = 3_600;

type Changes = readonly (readonly [label: string, claims: Readonly<Record<string, unknown>>])[];

/** Proofs with the right key, which an API that knows no DPoP refuses together with their token. */
export const PROOF_CHECKS: readonly Check[] = [
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'proof-of-another-request',
      title: 'A DPoP proof is good for the request that it was made for',
      why: 'One proof that leaks, or that another API was shown, would open every operation.',
      rule: 'RFC 9449 §4.3, §7.1',
      covers: ['attack 53'],
      severity: 'high',
      remedy: 'Compare htm with the method and htu with the address that the client used, without query and fragment; demand a recent iat.',
      needs: ['forge'],
    },
    proofs(({ target }) => [
      ['htu of another path', { htu: new URL('/rs-check/elsewhere', target.url).href }],
      ['htu of another host', { htu: 'https://rs-check.invalid/' }],
      ['no htu', { htu: undefined }],
      ['htm of another method', { htm: target.method === 'DELETE' ? 'GET' : 'DELETE' }],
      ['iat an hour ago', { iat: Math.floor(Date.now() / 1000) - HOUR_SECONDS }],
    ]),
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'proof-of-another-token',
      title: 'A DPoP proof is good for the token that it was made for',
      why: 'A proof of one token would let its key use others that were not given to it here.',
      rule: 'RFC 9449 §4.3, §7.1',
      covers: ['attack 53'],
      severity: 'medium',
      remedy: 'Compare ath with the base64url SHA-256 of the access token, and refuse proofs without it.',
      needs: ['forge'],
    },
    proofs(() => [
      ['ath of another token', { ath: hashOf('another token') }],
      ['no ath', { ath: undefined }],
    ]),
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'proof-missing',
      title: 'The scheme DPoP without a proof is refused',
      why: 'Whoever has the token needs no key.',
      rule: 'RFC 9449 §7.1',
      covers: ['attack 54'],
      severity: 'high',
      remedy: 'Demand exactly one DPoP header with the scheme DPoP.',
      needs: ['forge'],
    },
    async (session) => {
      const { token } = await BoundToken.create(session);
      return [proving('no DPoP header', token, undefined), proving('an empty DPoP header', token, '')];
    },
  ),
  {
    name: 'proof-replayed',
    title: 'A DPoP proof is good for one request',
    why: 'Whoever reads one request, in a log or on its way, could send it again.',
    rule: 'RFC 9449 §11.1',
    covers: ['attack 53'],
    severity: 'medium',
    expected: REFUSED_OR_MALFORMED.text,
    remedy: 'Remember the jti of each proof for as long as its iat is taken, on all replicas together.',
    needs: ['forge'],
    run: async (session) => {
      const probe = await (await BoundToken.create(session)).probe('the proof of the request before');
      await session.send(probe);
      return [await attempt(session, probe, REFUSED_OR_MALFORMED)];
    },
  },
];

function proofs(changesFor: (session: Session) => Changes): (session: Session) => Promise<Probe[]> {
  return async (session) => {
    const bound = await BoundToken.create(session);
    return Promise.all(changesFor(session).map(([label, changes]) => bound.probe(label, changes)));
  };
}
