import { isScopeToken } from '@countersign/oauth';
import { checkStepUp, type StepUp } from './step-up.js';

export interface OperationOptions {
  /** What usage reports and logs call the operation: one of a fixed set, never a URL with ids in it. */
  readonly operation?: string;
  /** How a person must have signed in for it (RFC 9470); programs that act for themselves are refused. */
  readonly stepUp?: StepUp;
}

/** `('read:reports')`, `('read:reports', 'read:account')`, `('read:reports', { operation: 'reports.list' })`. */
export type ScopeArguments = [string, ...string[]] | [string, ...string[], OperationOptions];

export interface ScopeRequirement {
  readonly scopes: readonly string[];
  readonly operation: string | undefined;
  readonly stepUp: StepUp | undefined;
}

/**
 * Reads the arguments of an adapter's `requireScopes`, once, when the application starts.
 * @throws TypeError when they name no scope, or something that is none: a route must not be open because of a slip.
 */
export function scopeRequirement(args: ScopeArguments): ScopeRequirement {
  const last = args.at(-1);
  const options = typeof last === 'object' && last !== null ? last : undefined;
  const scopes: readonly unknown[] = options ? args.slice(0, -1) : args;
  return Object.freeze({
    scopes: Object.freeze([...new Set(checkScopes(scopes))]),
    operation: options?.operation,
    stepUp: options?.stepUp && checkStepUp(options.stepUp),
  });
}

/** @throws TypeError when the list is empty or holds what RFC 6749 §3.3 does not call a scope. */
export function checkScopes(scopes: readonly unknown[]): readonly string[] {
  if (scopes.length === 0 || !scopes.every((scope) => typeof scope === 'string' && isScopeToken(scope))) {
    throw new TypeError(`Name at least one scope, each as a string of its own (RFC 6749 §3.3), not ${JSON.stringify(scopes)}.`);
  }
  return scopes as readonly string[];
}

/** On the hot path: without a closure. */
export function holdsScopes(held: ReadonlySet<string>, needed: readonly string[]): boolean {
  for (const scope of needed) if (!held.has(scope)) return false;
  return true;
}
