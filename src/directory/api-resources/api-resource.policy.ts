import { isServiceName, RESERVED_SCOPES, type AccessTokenAlg, type Zone } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';
import { isExternalIdentifier } from './api-identifier.policy.js';

const LIFETIME_SECONDS: Readonly<Record<Zone, { min: number; max: number }>> = {
  external: { min: 300, max: 86_400 },
  internal: { min: 60, max: 900 },
};
const ALGS: Readonly<Record<Zone, readonly AccessTokenAlg[]>> = { external: ['RS256', 'PS256', 'ES256'], internal: ['ES256'] };

export interface ApiFacts {
  readonly identifier: string;
  readonly zone: Zone;
  readonly tokenLifetimeSeconds: number | null;
  readonly signingAlg: AccessTokenAlg;
  readonly servedBy: readonly string[];
  readonly scopes: readonly { name: string }[];
  /** The platform brings it itself. */
  readonly systemKey?: string | null;
}

export function defaultAlg(zone: Zone): AccessTokenAlg {
  return zone === 'external' ? 'RS256' : 'ES256';
}

/** Mistakes that depend on more than one field. */
export function mistakesOfApi(api: ApiFacts): ProblemItem[] {
  return [...mistakesOfIdentifier(api), ...mistakesOfZone(api), ...mistakesOfScopes(api)];
}

function mistakesOfIdentifier({ identifier, zone }: ApiFacts): ProblemItem[] {
  const ok = zone === 'external' ? isExternalIdentifier(identifier) : isServiceName(identifier);
  if (ok) return [];
  return zone === 'external'
    ? [
        {
          location: '/identifier',
          message: 'The identifier is neither an absolute URI without fragment nor a plain name.',
          fix: 'Use the address of the API, such as https://api.example.com.',
        },
      ]
    : [
        {
          location: '/identifier',
          message: 'The identifier of an internal API is the name of its service.',
          fix: 'Use lower-case letters, digits and hyphens, such as billing.',
        },
      ];
}

function mistakesOfZone({ zone, tokenLifetimeSeconds, signingAlg, servedBy }: ApiFacts): ProblemItem[] {
  const mistakes: ProblemItem[] = [];
  const { min, max } = LIFETIME_SECONDS[zone];
  if (tokenLifetimeSeconds !== null && (tokenLifetimeSeconds < min || tokenLifetimeSeconds > max)) {
    mistakes.push({
      location: '/token_lifetime_seconds',
      message: `Tokens of the ${zone} zone live ${min} to ${max} seconds.`,
      fix: `Send a number from ${min} to ${max}, or leave it out.`,
    });
  }
  if (!ALGS[zone].includes(signingAlg)) {
    mistakes.push({
      location: '/signing_alg',
      message: `Tokens of the ${zone} zone are not signed with ${signingAlg}.`,
      fix: `Use ${ALGS[zone].join(', ')}.`,
    });
  }
  if (zone === 'internal' && servedBy.length > 0) {
    mistakes.push({ location: '/served_by', message: 'Only external APIs are served by microservices.', fix: 'Leave served_by out.' });
  }
  return mistakes;
}

function mistakesOfScopes({ scopes, systemKey }: ApiFacts): ProblemItem[] {
  const names = scopes.map(({ name }) => name);
  return names.flatMap((name, i) => {
    const location = `/scopes/${i}/name`;
    if (names.indexOf(name) !== i) return [{ location, message: `The scope ${name} is there twice.`, fix: 'Name each scope once.' }];
    if (!systemKey && RESERVED_SCOPES.includes(name))
      return [{ location, message: `The scope ${name} belongs to OpenID Connect.`, fix: `Choose another name, such as read:${name}.` }];
    return [];
  });
}
