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

/**
 * Issuers whose tokens anybody can get, by host, or by its end where the customer's own label stands before it: only these claims
 * tell one customer of theirs, or one workload of that customer, from another. Names that are free to choose are none (JBG-7).
 */
const SHARED_ISSUERS: readonly (readonly [hosts: readonly string[], claims: readonly string[]])[] = [
  [
    ['token.actions.githubusercontent.com'],
    ['sub', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'enterprise', 'enterprise_id'],
  ],
  [['gitlab.com'], ['sub', 'project_path', 'project_id', 'namespace_path', 'namespace_id']],
  [['agent.buildkite.com'], ['sub', 'organization_id', 'organization_slug', 'pipeline_id', 'cluster_id']],
  [['oidc.circleci.com'], ['sub', 'oidc.circleci.com/org-id', 'oidc.circleci.com/project-id', 'oidc.circleci.com/context-ids']],
  [
    ['app.terraform.io', 'app.eu.terraform.io'],
    [
      'sub',
      'terraform_organization_id',
      'terraform_organization_name',
      'terraform_project_id',
      'terraform_workspace_id',
      'terraform_full_workspace',
    ],
  ],
  // Google: azp is the id of the service account, as sub is.
  [['accounts.google.com'], ['sub', 'azp', 'email', 'hd']],
  // Azure: one issuer per directory, which tid repeats; everybody in the directory has that.
  [
    ['login.microsoftonline.com', 'login.microsoftonline.us', 'sts.windows.net'],
    ['sub', 'oid', 'azp', 'appid', 'xms_mirid'],
  ],
  // AWS: one issuer per account; the rest is in a member that says where a role runs.
  [['.tokens.sts.global.api.aws'], ['sub']],
];

/** Claims whose first segment names the owner, after the prefix that stands before it. */
const OWNER_AT: Readonly<Record<string, number>> = {
  'repo:': 2,
  'project_path:': 2,
  'organization:': 2,
  'org/': 2,
  '/subscriptions/': 4,
  'arn:': 8,
};

/** Ends of names that no public issuer has. */
const PRIVATE_HOSTS = /(?:^|\.)(?:localhost|local|internal|svc|lan|test|example|arpa)$/;
const ID = /(?:^|[._/-])u?u?ids?$|[a-z](?:Id|Uuid)$/;

/** True when the rule cannot match the workloads of everybody who uses the issuer. */
export function identifies(issuer: string, claims: ClaimPatterns): boolean {
  const telling = tellingClaimsOf(issuer);
  return Object.entries(claims).some(
    ([name, pattern]) => (telling === undefined ? !DESCRIPTIVE.has(name) : telling.includes(name)) && isTelling(pattern),
  );
}

/**
 * True when the rule is for an issuer that others may use too, that is none of those known here, and names neither a subject nor
 * an id: whether a name is one's own there, only its author can know.
 */
export function restsOnNames(issuer: string, claims: ClaimPatterns): boolean {
  if (!isPublic(issuer) || tellingClaimsOf(issuer)) return false;
  return !Object.keys(claims).some((name) => name === 'sub' || name === 'kubernetes.io' || (ID.test(name) && !DESCRIPTIVE.has(name)));
}

function tellingClaimsOf(issuer: string): readonly string[] | undefined {
  const { hostname } = new URL(issuer);
  return SHARED_ISSUERS.find(([hosts]) => hosts.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host)))?.[1];
}

function isPublic(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' && hostname.includes('.') && !/^[\d.]+$|^\[/.test(hostname) && !PRIVATE_HOSTS.test(hostname);
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
