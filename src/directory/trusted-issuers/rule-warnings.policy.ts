import { hasWildcard, isPatterns, segmentsOf, valuesOf, type ClaimPattern, type ClaimPatterns, type ClaimValue } from './claim-pattern.js';
import { restsOnNames } from './rule-identity.policy.js';

/** A rule that works, but may let in more than its author means. */
export interface RuleWarning {
  readonly code: 'shared_identity' | 'wildcard_subject' | 'name_can_be_taken' | 'every_branch' | 'rests_on_names';
  readonly message: string;
  readonly fix: string;
}

const KUBERNETES_SUBJECT = 'system:serviceaccount:';
const WARNINGS = {
  shared_identity: {
    code: 'shared_identity',
    message: 'Several workloads share this identity: the service account is "default", or a wildcard or a whole namespace stands for many.',
    fix: 'Give the workload a service account of its own and name it, or send "accept_shared_identity": true in the rule.',
  },
  wildcard_subject: {
    code: 'wildcard_subject',
    message: 'A wildcard in sub lets in every subject of that form, those of tomorrow too.',
    fix: 'Name the subject, or match ids such as repository_id.',
  },
  name_can_be_taken: {
    code: 'name_can_be_taken',
    message: 'The repository is known by its name only. Who takes the name after a rename or a deletion matches.',
    fix: 'Add repository_id (GitHub) or project_id (GitLab).',
  },
  every_branch: {
    code: 'every_branch',
    message: 'Every branch and pull request of the repository matches.',
    fix: 'Add environment, or ref and ref_type.',
  },
  rests_on_names: {
    code: 'rests_on_names',
    message: 'Others may use this issuer too, and the rule names neither sub nor an id. Perhaps they can choose the same names.',
    fix: 'Add sub, or an id of your organization there that nobody else can get.',
  },
} as const satisfies Record<RuleWarning['code'], RuleWarning>;

export function warningsOf(issuer: string, claims: ClaimPatterns): RuleWarning[] {
  const { sub } = claims;
  const named = (...names: string[]): boolean => names.some((name) => Object.hasOwn(claims, name));
  const ofRepository = named('repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'project_path', 'project_id');
  const warnings: RuleWarning[] = [];
  if (isShared(claims)) warnings.push(WARNINGS.shared_identity);
  else if (sub !== undefined && textsOf(sub).some(hasWildcard)) warnings.push(WARNINGS.wildcard_subject);
  if (named('repository', 'project_path') && !named('repository_id', 'project_id')) warnings.push(WARNINGS.name_can_be_taken);
  if (ofRepository && !named('sub', 'environment', 'ref', 'job_workflow_ref', 'workflow_ref')) warnings.push(WARNINGS.every_branch);
  if (restsOnNames(issuer, claims)) warnings.push(WARNINGS.rests_on_names);
  return warnings;
}

/** WIF-3: what needs `accept_shared_identity`. */
export function isShared(claims: ClaimPatterns): boolean {
  const subjects = textsOf(claims['sub']).filter((subject) => subject.startsWith(KUBERNETES_SUBJECT));
  if (subjects.length > 0) return subjects.some(isSharedAccount);
  return isSharedCluster(claims['kubernetes.io']);
}

function isSharedAccount(subject: string): boolean {
  const account = segmentsOf(subject.slice(KUBERNETES_SUBJECT.length));
  return account.includes('*') || account.at(-1) === 'default';
}

function isSharedCluster(claim: ClaimPattern | undefined): boolean {
  if (claim === undefined || !isPatterns(claim)) return false;
  const account = claim['serviceaccount'];
  if (account === undefined || !isPatterns(account)) return true;
  // A uid is one account's for ever.
  return account['uid'] === undefined && textsOf(account['name']).every((name) => name === 'default' || name === '*');
}

function textsOf(pattern: ClaimPattern | undefined): string[] {
  if (pattern === undefined || isPatterns(pattern)) return [];
  return valuesOf(pattern).filter((value: ClaimValue): value is string => typeof value === 'string');
}
