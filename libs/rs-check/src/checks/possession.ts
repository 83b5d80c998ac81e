import { calculateJwkThumbprint } from 'jose';
import { check, type Check } from '../check.js';
import { REFUSED, REFUSED_OR_MALFORMED } from '../judgement.js';
import type { Probe } from '../probe.js';
import type { Session } from '../session.js';
import { ProofKey, proving } from '../tokens/bound-token.js';
import { spoiled } from './claims.js';

/** Any SHA-256 thumbprint: of a key or a certificate that the request does not prove. */
const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

export const POSSESSION_CHECKS: readonly Check[] = [
  check(
    REFUSED,
    {
      name: 'bound-without-proof',
      title: 'A token that is bound to a key is refused without a proof of the key',
      why: 'Binding is there for stolen tokens; an API that ignores cnf takes them.',
      rule: 'RFC 7800 §3.1, RFC 8705 §3, RFC 9449 §7.1',
      covers: ['attack 54'],
      severity: 'high',
      remedy: 'Refuse any token with a cnf claim unless the request proves every member of it.',
      needs: ['forge'],
    },
    spoiled(() => [
      ['cnf.jkt (DPoP)', { cnf: { jkt: THUMBPRINT } }],
      ['cnf.x5t#S256 (client certificate)', { cnf: { 'x5t#S256': THUMBPRINT } }],
      ['cnf of an unknown kind', { cnf: { 'urn:rs-check': THUMBPRINT } }],
      ['an empty cnf', { cnf: {} }],
    ]),
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'bound-to-another-key',
      title: 'A token that is bound to a key is refused with the proof of another',
      why: 'The thief of a token has keys of his own.',
      rule: 'RFC 9449 §7.1',
      covers: ['attack 53', 'attack 54'],
      severity: 'high',
      remedy: 'Compare the thumbprint of the key of the DPoP proof with cnf.jkt; refuse the scheme DPoP where you do not support it.',
      needs: ['forge'],
    },
    proofsOfAnotherKey,
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'other-schemes',
      title: 'An access token is taken under the scheme Bearer only',
      why: 'Every further way in is one that gateways and log filters do not know.',
      rule: 'RFC 6750 §2.1, RFC 9449 §7.1',
      covers: ['attack 54'],
      severity: 'medium',
      remedy: 'Read the token after "Bearer " and nowhere else; an unbound token under DPoP is invalid.',
    },
    ({ good: { token } }) =>
      [
        ['no scheme', token],
        ['Basic', `Basic ${Buffer.from(`rs-check:${token}`).toString('base64')}`],
        ['Token', `Token ${token}`],
        ['JWT', `JWT ${token}`],
        ['DPoP, without a proof', `DPoP ${token}`],
      ].map(([label = '', value = '']): Probe => ({ label, token, request: { headers: [['Authorization', value]] } })),
  ),
];

async function proofsOfAnotherKey(session: Session): Promise<Probe[]> {
  const bound = await session.forged({ claims: { cnf: { jkt: await calculateJwkThumbprint(session.attacker.jwk) } } });
  const proof = await (await ProofKey.create()).prove(session, bound);
  return ['DPoP', 'Bearer'].map((scheme) => proving(`the scheme ${scheme} with a proof of another key`, bound, proof, scheme));
}
