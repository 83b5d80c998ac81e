import { POLICIES, UNUSED } from './registration.mjs';

/** What the compromised service tried, as the issuer and the guards saw it. Not what TLS kept out: nobody was there to see it. */
export const REFUSED = [
  { where: 'issuance', caller: 'billing', target: 'event-processing', scopes: ['write:events'], reason: 'invalid_target', count: 1 },
  { where: 'issuance', caller: 'billing', target: 'export', scopes: ['start:export'], reason: 'invalid_request', count: 1 },
  { where: 'issuance', caller: 'billing', target: 'export', scopes: ['start:export'], reason: 'unauthorized_client', count: 1 },
  { where: 'issuance', caller: 'billing', target: 'user-management', scopes: ['write:users'], reason: 'invalid_scope', count: 1 },
  // A token of another audience, one without its certificate, and one of the public zone: they prove nobody.
  { where: 'guard', caller: null, target: 'user-management', scopes: ['read:users'], reason: 'invalid_token', count: 3 },
  // That of billing, after it was blocked.
  { where: 'guard', caller: null, target: 'export', scopes: ['start:export'], reason: 'invalid_token', count: 1 },
];

/** The map has what was planted, what was tried, and nothing else. */
export async function trustMap({ story, management }) {
  story.chapter('The trust map');
  const map = await management.get('/v1/trust-map?window_days=1');
  const observed = map.observed.map(({ caller, target }) => `${caller} → ${target}`).sort();
  story.expect('who called whom', observed, POLICIES.map(({ caller, target }) => `${caller} → ${target}`).sort());
  story.expect(
    'the one grant that nobody uses',
    map.unused_grants.map(({ caller, target, scopes }) => ({ caller, target, scopes })),
    [{ caller: UNUSED.caller, target: UNUSED.target, scopes: UNUSED.scopes }],
  );
  story.expect('who tried what and was refused', map.refused_attempts.map(inWords).sort(), REFUSED.map(inWords).sort());
  story.expect('nothing was let in that no policy allows', map.calls_without_policy, []);
  console.log(`\n${await management.get('/v1/trust-map?window_days=1', { accept: 'text/vnd.mermaid' })}`);
}

function inWords({ where, caller, target, scopes, reason, count }) {
  return `${where}: ${caller ?? 'nobody'} → ${target ?? 'nowhere'} ${scopes.join(' ')} ${reason}, ${count}`;
}
