import { hasWildcard, isPatterns, segmentsOf, valuesOf, type ClaimPattern, type ClaimPatterns, type ClaimValue } from './claim-pattern.js';

/** Claims that say what a run is about. Whoever can get a token of the same issuer chooses them, so they tell no workload from another. */
const DESCRIPTIVE: ReadonlySet<string> = new Set(
  [
    'iss aud exp nbf iat jti azp typ',
    'nonce auth_time amr acr scope email_verified name ref',
    'ref_type ref_path ref_protected base_ref head_ref sha environment environment_protected',
    'event_name workflow workflow_ref workflow_sha job_workflow_ref job_workflow_sha run_id run_number',
    'run_attempt runner_environment runner_id actor actor_id repository_visibility project_visibility pipeline_source',
    'pipeline_id job_id ci_config_ref_uri ci_config_sha deployment_tier deployment_action',
  ].flatMap((line) => line.split(' ')),
);

/** Issuers whose tokens anybody can get: only these claims tell one customer of theirs from another. */
const SHARED_ISSUERS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'token.actions.githubusercontent.com',
    ['sub', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'enterprise', 'enterprise_id'],
  ],
  ['gitlab.com', ['sub', 'project_path', 'project_id', 'namespace_path', 'namespace_id']],
]);

/** Claims whose first segment names the owner, after the prefix that `sub` puts before it. */
const OWNER_AT: Readonly<Record<string, number>> = { 'repo:': 2, 'project_path:': 2 };

/** True when the rule cannot match the workloads of everybody who uses the issuer. */
export function identifies(issuer: string, claims: ClaimPatterns): boolean {
  const telling = SHARED_ISSUERS.get(new URL(issuer).hostname);
  return Object.entries(claims).some(
    ([name, pattern]) => !DESCRIPTIVE.has(name) && (telling === undefined || telling.includes(name)) && isTelling(pattern),
  );
}

function isTelling(pattern: ClaimPattern): boolean {
  if (isPatterns(pattern)) return Object.entries(pattern).some(([name, member]) => !DESCRIPTIVE.has(name) && isTelling(member));
  return valuesOf(pattern).every(namesAnOwner);
}

function namesAnOwner(value: ClaimValue): boolean {
  if (typeof value !== 'string') return typeof value === 'number';
  if (!hasWildcard(value)) return true;
  const prefix = Object.keys(OWNER_AT).find((start) => value.startsWith(start));
  return segmentsOf(value)[prefix === undefined ? 0 : (OWNER_AT[prefix] ?? 0)] !== '*';
}
