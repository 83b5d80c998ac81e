import { check, type Check } from '../check.js';
import { REFUSED } from '../judgement.js';
import { bearing } from '../probe.js';
import { spoiled } from './claims.js';

/** Beyond any tolerance for clocks that differ: 60 s is the most that is sensible, 120 s the most that is common. */
const BEYOND_TOLERANCE_SECONDS = 125;
const HOUR = 3_600;
const YEAR = 365 * 24 * HOUR;

const now = (): number => Math.floor(Date.now() / 1000);

export const DATE_CHECKS: readonly Check[] = [
  check(
    REFUSED,
    {
      name: 'expired',
      title: 'An expired token is refused',
      why: 'A stolen token would work for ever.',
      rule: 'RFC 7519 §4.1.4',
      covers: ['attack 9'],
      severity: 'critical',
      remedy: 'Check exp on every request, also when the signature is remembered.',
      needs: ['forge'],
    },
    spoiled(() => [
      ['an hour ago', { iat: now() - 2 * HOUR, exp: now() - HOUR }],
      ['in 1970', { iat: 0, exp: 1 }],
    ]),
  ),
  check(
    REFUSED,
    {
      name: 'expired-just-now',
      title: 'The tolerance for clocks that differ is short',
      why: 'Every minute of tolerance is a minute that a stolen or revoked token lives longer.',
      rule: 'RFC 7519 §4.1.4',
      covers: ['attack 73'],
      severity: 'medium',
      remedy: 'Allow at most 60 seconds.',
      needs: ['forge'],
    },
    spoiled(() => [[`${BEYOND_TOLERANCE_SECONDS} s ago`, { iat: now() - HOUR, exp: now() - BEYOND_TOLERANCE_SECONDS }]]),
  ),
  check(
    REFUSED,
    {
      name: 'not-yet-valid',
      title: 'A token that is not valid yet is refused',
      why: 'Tokens that are made ahead of time must not work ahead of time.',
      rule: 'RFC 7519 §4.1.5',
      covers: ['attack 9'],
      severity: 'medium',
      remedy: 'Check nbf where a token has one.',
      needs: ['forge'],
    },
    spoiled(() => [['nbf in ten minutes', { nbf: now() + 600 }]]),
  ),
  check(
    REFUSED,
    {
      name: 'issued-in-future',
      title: 'A token that was issued in the future is refused',
      why: 'A revocation kills what was issued before it; a token dated ahead outlives it.',
      rule: 'RFC 7519 §4.1.6',
      covers: ['attack 9'],
      severity: 'low',
      remedy: 'Refuse an iat that is later than now plus the tolerance.',
      needs: ['forge'],
    },
    spoiled(() => [['iat in ten minutes', { iat: now() + 600, exp: now() + HOUR }]]),
  ),
  check(
    REFUSED,
    {
      name: 'expiry-missing',
      title: 'A token that never expires is refused',
      why: 'Many verifiers check exp only where it is present.',
      rule: 'RFC 9068 §2.2',
      covers: ['attack 9'],
      severity: 'high',
      remedy: 'Demand exp.',
      needs: ['forge'],
    },
    spoiled(() => [['no exp', { exp: undefined }]]),
  ),
  check(
    REFUSED,
    {
      name: 'expiry-malformed',
      title: 'A token whose expiry is no date is refused',
      why: 'Comparisons with a text, null or infinity come out as "not expired yet".',
      rule: 'RFC 7519 §2',
      covers: ['attack 9'],
      severity: 'medium',
      remedy: 'Demand that exp is a finite JSON number.',
      needs: ['forge'],
    },
    async (session) => {
      const good = JSON.stringify({ ...session.good.claims, exp: 0 });
      const values = [`"${now() + HOUR}"`, '"tomorrow"', 'null', 'true', '[9999999999]', '{}', '-1', '1e400'];
      return Promise.all(
        values.map(async (exp) => bearing(`exp ${exp}`, await session.forged({ claims: good.replace(/"exp":0/, `"exp":${exp}`) }))),
      );
    },
  ),
  check(
    REFUSED,
    {
      name: 'lifetime-absurd',
      title: 'A token that lives for years is refused',
      why: 'No issuer makes one; who does has a stolen key, or a mistake in its settings.',
      rule: 'RFC 6750 §5.3',
      covers: ['attack 9'],
      severity: 'low',
      remedy: 'Refuse tokens whose exp lies more than a day, or your longest lifetime, after iat.',
      needs: ['forge'],
    },
    spoiled(() => [
      ['ten years', { exp: now() + 10 * YEAR }],
      ['until the year 9999', { exp: 253_402_300_799 }],
    ]),
  ),
];
