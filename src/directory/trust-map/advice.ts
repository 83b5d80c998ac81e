/** One sentence for whoever reads the map: what it means, and what to do. */
export function adviceOnUnused(
  grant: { caller: string; target: string; scopes: readonly string[]; isWholePolicy: boolean },
  told: {
    isReporting: boolean;
    unattributed: boolean;
  },
): string {
  const { caller, target, isWholePolicy } = grant;
  const scopes = grant.scopes.join(' ');
  if (!told.isReporting)
    return `The guards of ${target} have reported nothing, so nothing is known of its use: connect them to usage reports (IssuerConnection) before you remove ${scopes}.`;
  if (told.unattributed)
    return `Some calls of ${target} were reported without caller or scope and may have used it: make its guards name scopes and operations, then look again before you remove ${scopes}.`;
  return isWholePolicy
    ? `${caller} has not called ${target}: delete the policy, or ask its owner what it is for.`
    : `${caller} has not used ${scopes} at ${target}: take it out of the policy, or ask its owner what it is for.`;
}

const AT_ISSUANCE: Readonly<Record<string, (caller: string, target: string) => string>> = {
  invalid_target: (caller, target) => `No call policy lets ${caller} call ${target}: if it should, add one; if not, find out why it tries.`,
  invalid_scope: (caller, target) =>
    `${caller} asked for more than its call policy for ${target} holds: widen the policy, or make ${caller} ask for less.`,
  invalid_request: (caller, target) =>
    `${caller} sent a request for ${target} that could not be granted: a parameter is wrong, or the token it brought for exchange is expired, revoked or not for its own API; the audit log says which.`,
  invalid_grant: (caller, target) => `${caller} brought an assertion for ${target} that is not accepted; the audit log says why.`,
  unauthorized_client: (caller, target) =>
    `${caller} used a grant that its call policy for ${target} does not allow; org_mode parent needs a token exchange.`,
};

export function adviceOnIssuance(reason: string, caller: string, target: string | undefined): string {
  const named = target ?? 'a service that does not exist';
  return AT_ISSUANCE[reason]?.(caller, named) ?? `${caller} got no token for ${named} (${reason}); the audit log says why.`;
}

const AT_GUARD: Readonly<Record<string, (caller: string, target: string) => string>> = {
  insufficient_scope: (caller, target) =>
    `${caller} called an operation of ${target} for which its token holds no scope: extend the policy if the call is meant.`,
  invalid_token: (caller, target) =>
    `${caller} sent ${target} a token that is expired, revoked, of another audience or issuer, or bound to another certificate: look for a service that keeps tokens too long, or for a stolen one.`,
  missing_credentials: (caller, target) =>
    `${caller} called ${target} without a token: a service that does not use the client, or somebody who tries doors.`,
  invalid_request: (caller, target) => `${caller} sent ${target} credentials in the wrong place or form.`,
  revocations_stale: (_, target) => `${target} had not heard of revocations for too long: look at its connection to the issuer.`,
  keys_unavailable: (_, target) => `${target} could not fetch the keys of the issuer: look at its connection to the issuer.`,
  access_not_declared: (_, target) => `A route of ${target} does not say who may call it, so nobody may: declare its scopes.`,
};

export function adviceOnGuard(reason: string, caller: string | undefined, target: string): string {
  const named = caller ?? 'Somebody';
  return AT_GUARD[reason]?.(named, target) ?? `${named} was refused by ${target} (${reason}).`;
}

export function adviceOnUnallowed(caller: string, target: string): string {
  return `${target} let ${caller} in, and no policy allows it now: if the calls are older than the change of the policy, nothing is wrong; if they go on, connect the guards of ${target} to the revocation feed (IssuerConnection).`;
}
