import type { OrgMode } from '@countersign/oauth';

/** A call that somebody wonders about. */
export interface AskedCall {
  readonly caller: string;
  readonly target: string;
  readonly scope: string;
  readonly orgId?: string | undefined;
}

/** What is known about it. */
export interface CallFacts {
  readonly caller: { readonly active: boolean } | undefined;
  readonly target: { readonly active: boolean; readonly scopes: readonly string[] } | undefined;
  readonly policy: { readonly id: string; readonly scopes: readonly string[]; readonly orgMode: OrgMode } | undefined;
  /** Of the organization that was asked for. */
  readonly orgActive: boolean;
}

export const REFUSAL_REASONS = [
  'unknown_caller',
  'caller_disabled',
  'unknown_target',
  'target_disabled',
  'unknown_scope',
  'no_policy',
  'scope_not_in_policy',
  'org_not_allowed',
  'org_not_active',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface CallExplanation {
  readonly allowed: boolean;
  /** The first condition that fails. */
  readonly reason: RefusalReason | undefined;
  readonly explanation: string;
  /** How the caller gets the token. */
  readonly grant: 'client_credentials' | 'token_exchange' | undefined;
}

/** Whether a call is allowed, by the conditions of issuance in their order, and the first that fails in words. */
export function explainCall(asked: AskedCall, facts: CallFacts): CallExplanation {
  const refusal = refusalOf(asked, facts);
  if (refusal) return { allowed: false, reason: refusal[0], explanation: refusal[1], grant: undefined };
  const mode = facts.policy?.orgMode ?? 'none';
  const grant = mode === 'parent' ? 'token_exchange' : 'client_credentials';
  return {
    allowed: true,
    reason: undefined,
    explanation: `${asked.caller} may call ${asked.target} for ${asked.scope}${HOW[mode]}`,
    grant,
  };
}

const HOW: Readonly<Record<OrgMode, string>> = {
  parent: '. It exchanges the token that it was called with, and the organization stays that of this token.',
  any: '. It may name the organization in org_id; a target that needs one refuses a token without.',
  none: ', with tokens that belong to no organization.',
};

function refusalOf({ caller, target, scope, orgId }: AskedCall, facts: CallFacts): [RefusalReason, string] | undefined {
  if (!facts.caller) return ['unknown_caller', `There is no microservice called ${caller}.`];
  if (!facts.caller.active) return ['caller_disabled', `The microservice ${caller} is disabled and gets no tokens.`];
  if (!facts.target) return ['unknown_target', `There is no internal API called ${target}.`];
  if (!facts.target.active) return ['target_disabled', `The API ${target} is disabled: nobody gets tokens for it.`];
  if (!facts.target.scopes.includes(scope)) return ['unknown_scope', `The API ${target} has no scope ${scope}.`];
  return policyRefusal({ caller, target, scope, orgId }, facts);
}

function policyRefusal({ caller, target, scope, orgId }: AskedCall, { policy, orgActive }: CallFacts): [RefusalReason, string] | undefined {
  if (!policy) return ['no_policy', `No call policy lets ${caller} call ${target}, and what no policy allows is refused.`];
  if (!policy.scopes.includes(scope))
    return ['scope_not_in_policy', `The policy lets ${caller} call ${target} for ${policy.scopes.join(' ')}, not for ${scope}.`];
  if (orgId === undefined) return undefined;
  if (policy.orgMode === 'none') return ['org_not_allowed', 'The policy has org_mode none: its tokens belong to no organization.'];
  return orgActive ? undefined : ['org_not_active', `There is no active organization ${orgId}.`];
}
