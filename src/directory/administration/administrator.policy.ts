import type { Caller } from '@countersign/guards';

/** A platform operator: a service principal that belongs to no organization. Whatever else lacks an organization is none. */
export function isOperator(caller: Caller): boolean {
  return caller.orgId === undefined && caller.principalType === 'service_principal';
}

/** Operators enter every organization, everyone else only their own. */
export function mayEnter(caller: Caller, orgId: string): boolean {
  return isOperator(caller) || caller.orgId === orgId;
}
