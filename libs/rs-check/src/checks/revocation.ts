import { setTimeout as wait } from 'node:timers/promises';
import { attempt, check, type Check, type Trial } from '../check.js';
import { ACCEPTED, REFUSED, REFUSED_OR_MALFORMED } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';
import { mirrorEcdsa, respell } from '../tokens/jws-parts.js';

const POLL_MS = 100;

export const REVOCATION_CHECKS: readonly Check[] = [
  {
    name: 'revoked',
    title: 'A revoked token is refused within seconds',
    why: 'Revocation is what you have when a token was stolen; until expiry it is the thief who has it.',
    rule: 'RFC 7009 §2',
    covers: ['attack 74', 'RS-15'],
    severity: 'high',
    expected: '401 within the time of --revocation-seconds',
    remedy: "Follow the issuer's revocation feed, or introspect; else keep the lifetime of tokens short and skip this check.",
    needs: ['revocation'],
    run: revokedInTime,
  },
  {
    name: 'revoked-respelled',
    title: 'A revoked token stays refused in another spelling',
    why: 'A list of revoked texts misses the same token written differently; a list of jti does not.',
    rule: 'RFC 7009 §2, RFC 9068 §2.2',
    severity: 'high',
    expected: '401 or 400',
    remedy: 'Keep revocations by jti, client and grant, never by the text or hash of the token.',
    needs: ['revocation'],
    run: respelledAfterRevocation,
  },
];

async function revokedInTime(session: Session): Promise<Trial[]> {
  const token = await session.revoker.freshToken();
  const before = await attempt(session, bearing('before it is revoked', token), ACCEPTED);
  if (before.problem) return [before];
  await session.revoker.revoke(token);
  return [before, await refusedAtLast(session, bearing('after it was revoked', token))];
}

async function refusedAtLast(session: Session, probe: Probe): Promise<Trial> {
  const { revocationSeconds } = session.target;
  const deadline = performance.now() + revocationSeconds * 1000;
  let trial = await attempt(session, probe, REFUSED);
  while (trial.problem && performance.now() < deadline) {
    await wait(POLL_MS);
    trial = await attempt(session, probe, REFUSED);
  }
  if (trial.problem?.kind !== 'accepted') return trial;
  return { ...trial, problem: { kind: 'accepted', text: `the API still accepts the token ${revocationSeconds} s after it was revoked` } };
}

async function respelledAfterRevocation(session: Session): Promise<Trial[]> {
  const token = await session.revoker.freshToken();
  await session.revoker.revoke(token);
  const original = await refusedAtLast(session, bearing('as it was', token));
  // Not refused at all is the finding of the check before; then the other spellings show nothing.
  if (original.problem) return [{ ...original, problem: undefined, inconclusive: true }];
  return Promise.all(otherSpellings(token).map((probe) => attempt(session, probe, REFUSED_OR_MALFORMED)));
}

function otherSpellings(token: string): Probe[] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const respelled = respell(signature);
  return [
    ...(respelled === undefined ? [] : [bearing('with other spare bits', `${header}.${payload}.${respelled}`)]),
    ...(bytes.length === 64
      ? [bearing('with the mirrored ECDSA signature', `${header}.${payload}.${mirrorEcdsa(bytes).toString('base64url')}`)]
      : []),
  ];
}

/** Last of all: what was refused before was refused for what it was, and not because nothing works any more. */
export const CLOSING_CHECK: Check = check(
  ACCEPTED,
  {
    name: 'still-working',
    title: 'After all of this the good token still works',
    why: 'An attack that makes the API refuse everybody is an attack that worked.',
    rule: 'OWASP API4:2023',
    covers: ['attack 16'],
    severity: 'high',
    remedy: 'Look for a crash, a poisoned cache or a lock-out in the log of the API.',
  },
  ({ good: { token } }) => [bearing('the good token', token)],
);
