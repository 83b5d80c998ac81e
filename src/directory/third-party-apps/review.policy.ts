/** Before `approved` an app works for the people of its publisher's own organization alone; suspended it works for nobody. */
export const REVIEW_STATES = ['draft', 'in_review', 'approved', 'suspended'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** What may be done to the state, and who may: its publisher or an operator. */
export const TRANSITIONS = {
  submit: { from: ['draft'], to: 'in_review', operatorOnly: false, event: 'app.submitted' },
  withdraw: { from: ['in_review'], to: 'draft', operatorOnly: false, event: 'app.withdrawn' },
  approve: { from: ['in_review'], to: 'approved', operatorOnly: true, event: 'app.approved' },
  return: { from: ['in_review'], to: 'draft', operatorOnly: true, event: 'app.returned' },
  suspend: { from: ['draft', 'in_review', 'approved'], to: 'suspended', operatorOnly: true, event: 'app.suspended' },
  // Back to where somebody looks at it again.
  reinstate: { from: ['suspended'], to: 'in_review', operatorOnly: true, event: 'app.reinstated' },
} as const satisfies Record<string, Transition>;

interface Transition {
  readonly from: readonly ReviewState[];
  readonly to: ReviewState;
  readonly operatorOnly: boolean;
  readonly event: string;
}

export type TransitionName = keyof typeof TRANSITIONS;

/** The state afterwards; undefined where the present one does not allow the transition. Where it has been made already, nothing changes. */
export function afterTransition(state: ReviewState, name: TransitionName): ReviewState | undefined {
  const { from, to }: Transition = TRANSITIONS[name];
  if (state === to) return to;
  return from.includes(state) ? to : undefined;
}

/** What a reviewer looked at. */
export interface ReviewedFacts {
  readonly name: string;
  readonly publisher: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grants: readonly { readonly audience: string; readonly scopes: readonly string[] }[];
  readonly logoUri: string | null;
  readonly policyUri: string | null;
  readonly tosUri: string | null;
  readonly dpopBoundAccessTokens: boolean;
}

/** The reviewed facts that differ, where less than before of redirect URIs, grant types and grants is no difference. */
export function unreviewedChanges(before: ReviewedFacts, after: ReviewedFacts): string[] {
  const fields: [string, boolean][] = [
    ['name', before.name !== after.name],
    ['publisher', before.publisher !== after.publisher],
    ['redirect_uris', after.redirectUris.some((uri) => !before.redirectUris.includes(uri))],
    ['grant_types', after.grantTypes.some((name) => !before.grantTypes.includes(name))],
    ['post_logout_redirect_uris', after.postLogoutRedirectUris.some((uri) => !before.postLogoutRedirectUris.includes(uri))],
    ['grants', widens(before.grants, after.grants)],
    ['logo_uri', after.logoUri !== null && before.logoUri !== after.logoUri],
    ['policy_uri', after.policyUri !== null && before.policyUri !== after.policyUri],
    ['tos_uri', after.tosUri !== null && before.tosUri !== after.tosUri],
    // Tokens that anybody can use who finds them are more than was reviewed; bound ones are less.
    ['dpop_bound_access_tokens', before.dpopBoundAccessTokens && !after.dpopBoundAccessTokens],
  ];
  return fields.filter(([, differs]) => differs).map(([field]) => field);
}

function widens(before: ReviewedFacts['grants'], after: ReviewedFacts['grants']): boolean {
  return after.some(({ audience, scopes }) => {
    const held = before.find((grant) => grant.audience === audience)?.scopes ?? [];
    return scopes.some((scope) => !held.includes(scope));
  });
}
