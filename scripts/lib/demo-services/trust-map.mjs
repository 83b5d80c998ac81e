import { POLICIES, UNUSED } from './registration.mjs';

/** What the compromised service tried, as the issuer and the guards saw it. Not what TLS kept out: nobody was there to see it. */
const REFUSED = [
  'issuance: billing → event-processing write:events invalid_target, 1',
  'issuance: billing → export start:export invalid_request, 1',
  'issuance: billing → export start:export unauthorized_client, 1',
  'issuance: billing → user-management write:users invalid_scope, 1',
  // A token of another audience, one without its certificate, and one of the public zone: they prove nobody.
  'guard: nobody → user-management read:users invalid_token, 3',
  // That of billing, after it was blocked.
  'guard: nobody → export start:export invalid_token, 1',
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
  story.expect('who tried what and was refused', map.refused_attempts.map(inWords).sort(), [...REFUSED].sort());
  story.expect('nothing was let in that no policy allows', map.calls_without_policy, []);
  console.log(`\n${await management.get('/v1/trust-map?window_days=1', { accept: 'text/vnd.mermaid' })}`);
}

function inWords({ where, caller, target, scopes, reason, count }) {
  return `${where}: ${caller ?? 'nobody'} → ${target ?? 'nowhere'} ${scopes.join(' ')} ${reason}, ${count}`;
}
