import { attempt, check, type Check, type Trial } from '../check.js';
import { REFUSED, type Expectation } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';

const ANYTHING_BUT_A_CRASH: Expectation = {
  text: 'any answer, and no request to the host that the token names',
  statuses: [200, 201, 202, 204, 400, 401],
};
const REMEDY = "Take keys from the issuer's configured JWK set only; look at no key, certificate or URL that a token brings along.";

export const KEY_INJECTION_CHECKS: readonly Check[] = [
  check(
    REFUSED,
    {
      name: 'embedded-key',
      title: 'A key or certificate inside a token is not believed',
      why: 'Whoever brings the key along can sign anything.',
      rule: 'RFC 7515 §6, RFC 8725 §3.10',
      covers: ['attack 6'],
      severity: 'critical',
      remedy: REMEDY,
    },
    ({ attacker, good }) => {
      const { jwk, x5c } = attacker;
      const header = { ...good.header, alg: 'RS256' };
      return [
        bearing('jwk, with the kid of the real key', attacker.sign({ ...header, jwk }, good.claims)),
        bearing('jwk, without a kid', attacker.sign({ ...header, kid: undefined, jwk }, good.claims)),
        bearing('x5c, with the kid of the real key', attacker.sign({ ...header, x5c }, good.claims)),
        bearing('x5c, without a kid', attacker.sign({ ...header, kid: undefined, x5c }, good.claims)),
      ];
    },
  ),
  {
    name: 'remote-key',
    title: 'No key is fetched from where a token says',
    why: 'The attacker would serve the key, and could make the API call hosts inside your network.',
    rule: 'RFC 8725 §3.10',
    covers: ['attack 5'],
    severity: 'critical',
    expected: `${REFUSED.text}, and no request to the host that the token names`,
    remedy: REMEDY,
    run: fetchedKeys,
  },
];

async function fetchedKeys(session: Session): Promise<Trial[]> {
  const { attacker, canary, good } = session;
  const header = { ...good.header, alg: 'RS256' };
  const places = { jku: `${canary.url}/jwks.json`, x5u: `${canary.url}/certificate.pem` };
  const trials: Trial[] = [];
  for (const [member, url] of Object.entries(places)) {
    const named = bearing(
      `${member} at a host of the attacker's`,
      attacker.sign({ ...header, kid: attacker.kid, [member]: url }, good.claims),
    );
    const known = bearing(`${member}, with the kid of the real key`, attacker.sign({ ...header, [member]: url }, good.claims));
    trials.push(await unfetched(session, named, REFUSED), await unfetched(session, known, REFUSED));
    if (!session.canForge) continue;
    const beside = bearing(`${member} beside a good signature`, await session.forged({ header: { [member]: url } }));
    trials.push(await unfetched(session, beside, ANYTHING_BUT_A_CRASH));
  }
  return trials;
}

async function unfetched(session: Session, probe: Probe, expectation: Expectation): Promise<Trial> {
  const before = session.canary.requests.length;
  const trial = await attempt(session, probe, expectation);
  const fetched = session.canary.requests.slice(before);
  if (fetched.length === 0 || trial.problem?.kind === 'accepted') return trial;
  return { ...trial, problem: { kind: 'accepted', text: `the API fetched ${fetched.join(', ')} from the host that the token names` } };
}
