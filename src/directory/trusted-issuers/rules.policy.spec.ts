import { describe, expect, it } from 'vitest';
import type { ClaimPatterns } from './claim-pattern.js';
import { mistakesInRule } from './rules.policy.js';
import { warningsOf } from './rule-warnings.policy.js';

const GITHUB = 'https://token.actions.githubusercontent.com';
const GITLAB = 'https://gitlab.com';
const BUILDKITE = 'https://agent.buildkite.com';
const CIRCLECI = 'https://oidc.circleci.com/org/0184';
const TERRAFORM = 'https://app.terraform.io';
const GOOGLE = 'https://accounts.google.com';
const AZURE = 'https://login.microsoftonline.com/49ad/v2.0';
const AWS = 'https://49ad.tokens.sts.global.api.aws';
const OTHER = 'https://ci.example.com';

const mistakes = (issuer: string, claims: unknown, accept = false): string[] =>
  mistakesInRule(issuer, { claims: claims as ClaimPatterns, principal: 'sp_x', accept_shared_identity: accept }, '/rules/0').map(
    ({ location }) => location,
  );

describe('rules that are stored', () => {
  it.each<[string, ClaimPatterns]>([
    [GITHUB, { repository_id: '74', repository_owner_id: '65', environment: 'production' }],
    [GITHUB, { sub: 'repo:acme/web:ref:refs/heads/main' }],
    [GITHUB, { sub: 'repo:acme/*:ref:refs/heads/main' }],
    [GITHUB, { repository: ['acme/web', 'acme/api'], ref: 'refs/heads/main' }],
    [`${GITHUB}/acme`, { enterprise_id: '3', repository_id: '74' }],
    [GITLAB, { project_id: '22', ref: 'main' }],
    [BUILDKITE, { sub: 'organization:acme:pipeline:*:ref:refs/heads/main' }],
    [BUILDKITE, { organization_id: '0184', pipeline_slug: 'deploy' }],
    [CIRCLECI, { 'oidc.circleci.com/project-id': '0184' }],
    [CIRCLECI, { sub: 'org/0184/project/*/user/*' }],
    [TERRAFORM, { terraform_workspace_id: 'ws-1', terraform_run_phase: 'apply' }],
    [GOOGLE, { sub: '1034', email: 'ci@acme.iam.gserviceaccount.com' }],
    [GOOGLE, { azp: '1034' }],
    [AZURE, { oid: '49ad' }],
    [AZURE, { xms_mirid: '/subscriptions/49ad/resourcegroups/*/providers/Microsoft.ManagedIdentity' }],
    [AWS, { sub: 'arn:aws:iam::123456789012:role/deploy' }],
    [OTHER, { sub: 'job-7' }],
    ['https://constructor', { sub: 'job-7' }],
    [OTHER, { email: 'ci@acme.example' }],
    [OTHER, { project: 22 }],
    [OTHER, { sub: 'system:serviceaccount:billing:exporter' }],
    [OTHER, { 'kubernetes.io': { namespace: 'billing', serviceaccount: { name: 'exporter' } } }],
    ['spiffe://example.org', { sub: 'spiffe://example.org/ns/billing/*' }],
  ])('%s %j', (issuer, claims) => {
    expect(mistakes(issuer, claims)).toEqual([]);
  });
});

// Seen to fail with the claims of shared issuers judged like those of one's own.
describe('JBG-5 rules that would let in the workloads of strangers', () => {
  it.each<[string, ClaimPatterns]>([
    [GITHUB, { ref: 'refs/heads/main' }],
    [GITHUB, { environment: 'production', event_name: 'push' }],
    [GITHUB, { actor: 'octocat' }],
    [GITHUB, { job_workflow_ref: 'acme/flows/.github/workflows/deploy.yml@refs/heads/main' }],
    [GITHUB, { anything_else: 'x' }],
    [GITHUB, { repository: '*/web' }],
    [GITHUB, { sub: 'repo:*/*:ref:refs/heads/main' }],
    [GITHUB, { repository: ['acme/web', '*/web'] }],
    [GITLAB, { ref: 'main', ref_protected: 'true' }],
    [GITLAB, { user_login: 'root' }],
    [GITLAB, { sub: 'project_path:*/api:ref_type:branch:ref:main' }],
    [BUILDKITE, { pipeline_slug: 'deploy', build_branch: 'main' }],
    [BUILDKITE, { sub: 'organization:*:pipeline:deploy:ref:refs/heads/main' }],
    [CIRCLECI, { 'oidc.circleci.com/vcs-ref': 'refs/heads/main' }],
    [CIRCLECI, { sub: 'org/*/project/0184' }],
    [TERRAFORM, { terraform_workspace_name: 'production' }],
    ['https://app.eu.terraform.io', { terraform_run_phase: 'apply' }],
    [TERRAFORM, { sub: 'organization:*:project:web:workspace:production:run_phase:apply' }],
    [GOOGLE, { google: { compute_engine: { zone: 'europe-west1-b' } } }],
    [GOOGLE, { email_verified: 'true' }],
    [AZURE, { tid: '49ad' }],
    [AZURE, { xms_mirid: '/subscriptions/*/resourcegroups/prod' }],
    [AWS, { 'https://sts.amazonaws.com/': { source_region: 'eu-west-1' } }],
    [AWS, { sub: 'arn:aws:iam::*:role/deploy' }],
    [OTHER, { iss: OTHER }],
    [OTHER, { aud: 'x', ref: 'main' }],
    [OTHER, { is_ci: true }],
    [OTHER, { sub: '*/x' }],
    [OTHER, { workflow: { ref: 'main' } }],
  ])('%s %j', (issuer, claims) => {
    expect(mistakes(issuer, claims)).toEqual(['/rules/0/claims']);
  });
});

describe('claims that cannot be read', () => {
  const deep = { a: { b: { c: { d: { e: 'x' } } } } };
  it.each<[string, unknown, string]>([
    ['no claim', {}, '/rules/0/claims'],
    ['an empty object', { 'kubernetes.io': {} }, '/rules/0/claims'],
    ['null', { sub: null }, '/rules/0/claims/sub'],
    ['an empty text', { sub: '' }, '/rules/0/claims/sub'],
    ['a text of 513 characters', { sub: 'x'.repeat(513) }, '/rules/0/claims/sub'],
    ['a fraction', { sub: 1.5 }, '/rules/0/claims/sub'],
    ['an empty list', { sub: [] }, '/rules/0/claims/sub'],
    ['a list in a list', { sub: [['x']] }, '/rules/0/claims/sub'],
    ['a part of a segment', { sub: 'repo:acme*' }, '/rules/0/claims/sub'],
    ['a wildcard within a segment', { repository: 'acme/w*b' }, '/rules/0/claims/repository'],
    ['two wildcards in a segment', { repository: 'acme/**' }, '/rules/0/claims/repository'],
    ['nothing but a wildcard', { sub: '*' }, '/rules/0/claims/sub'],
    ['nothing but wildcards', { repository: '*/*' }, '/rules/0/claims/repository'],
    ['too deep', deep, '/rules/0/claims/a/b/c/d'],
    ['a name of 129 characters', { ['x'.repeat(129)]: 'x' }, `/rules/0/claims/${'x'.repeat(100)}`],
    ['more than twenty', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`c${i}`, 'x'])), '/rules/0/claims'],
    ['a pointer sign in a name', { 'a/b~c': null }, '/rules/0/claims/a~1b~0c'],
  ])('%s', (_, claims, location) => {
    expect(mistakes(OTHER, claims)).toEqual([location]);
  });
});

describe('WIF-3 identities that several workloads share', () => {
  it.each<[ClaimPatterns]>([
    [{ sub: 'system:serviceaccount:billing:default' }],
    [{ sub: 'system:serviceaccount:*:default' }],
    [{ sub: 'system:serviceaccount:billing:*' }],
    [{ sub: ['system:serviceaccount:billing:exporter', 'system:serviceaccount:ops:default'] }],
    [{ 'kubernetes.io': { namespace: 'billing' } }],
    [{ 'kubernetes.io': { namespace: 'billing', serviceaccount: { name: 'default' } } }],
  ])('%j need an explicit word, and warn then', (claims) => {
    expect(mistakes(OTHER, claims)).toEqual(['/rules/0/claims']);
    expect(mistakes(OTHER, claims, true)).toEqual([]);
    expect(warningsOf(OTHER, claims).map(({ code }) => code)).toEqual(['shared_identity']);
  });

  it('the uid of an account is one account, whatever its name', () => {
    const claims = { 'kubernetes.io': { serviceaccount: { name: 'default', uid: '49ad' } } };
    expect(mistakes(OTHER, claims)).toEqual([]);
    expect(warningsOf(OTHER, claims)).toEqual([]);
  });
});

describe('warnings', () => {
  it.each<[ClaimPatterns, string[]]>([
    [{ repository_id: '74', environment: 'production' }, []],
    [{ sub: 'repo:acme/web:environment:production' }, []],
    [{ sub: 'repo:acme/*:environment:production' }, ['wildcard_subject']],
    [{ repository: 'acme/web', ref: 'refs/heads/main' }, ['name_can_be_taken']],
    [{ repository_id: '74' }, ['every_branch']],
    [{ repository: 'acme/web' }, ['name_can_be_taken', 'every_branch']],
    [{ project_path: 'acme/api', ref: 'main' }, ['name_can_be_taken']],
    [{ sub: 'system:serviceaccount:billing:exporter' }, []],
  ])('%j: %j', (claims, codes) => {
    expect(warningsOf(GITHUB, claims).map(({ code }) => code)).toEqual(codes);
  });
});

describe('an issuer that nobody here knows', () => {
  const PUBLIC = 'https://ci.example.com';
  it.each<[string, ClaimPatterns, boolean]>([
    [PUBLIC, { project: 'web' }, true],
    [PUBLIC, { owner: 'acme', branch: 'main' }, true],
    [PUBLIC, { project: 'web', run_id: '7' }, true],
    [PUBLIC, { paid: 'yes', valid: 'yes' }, true],
    [PUBLIC, { sub: 'acme/web' }, false],
    [PUBLIC, { workspace_id: '22' }, false],
    [PUBLIC, { workspaceUuid: '22' }, false],
    [PUBLIC, { 'ci.example.com/org-id': '22' }, false],
    [PUBLIC, { 'kubernetes.io': { namespace: 'billing', serviceaccount: { name: 'exporter' } } }, false],
    ['https://ci.acme.internal', { project: 'web' }, false],
    ['https://kubernetes.default.svc', { project: 'web' }, false],
    ['https://10.0.0.7', { project: 'web' }, false],
    ['http://localhost:8080', { project: 'web' }, false],
    [BUILDKITE, { organization_slug: 'acme' }, false],
  ])('%s %j: is there a warning that names may be chosen by others? %s', (issuer, claims, warns) => {
    expect(warningsOf(issuer, claims).map(({ code }) => code)).toEqual(warns ? ['rests_on_names'] : []);
  });
});
