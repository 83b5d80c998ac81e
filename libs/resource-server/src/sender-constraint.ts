import type { AccessTokenClaims, TargetApi } from '@countersign/oauth';
import { TokenRefused } from './token-refused.js';

/** Which tokens an API takes: bound to a key or not, to one by DPoP, to a client certificate, or to either. */
export type SenderConstraintRule = TargetApi['senderConstraint'];

/** The rule, or where it is looked up for each request. */
export type SenderConstraintSource = SenderConstraintRule | (() => SenderConstraintRule);

export function ruleOf(source: SenderConstraintSource = 'none'): SenderConstraintRule {
  return typeof source === 'function' ? source() : source;
}

const MEMBERS = { dpop: ['jkt'], mtls: ['x5t#S256'], any: ['jkt', 'x5t#S256'] } as const;

/** That the members which a token has are proven is judged elsewhere; here, that it has what the API asks for. @throws TokenRefused */
export function requireBound({ cnf = {} }: Pick<AccessTokenClaims, 'cnf'>, rule: SenderConstraintRule): void {
  if (rule === 'none' || MEMBERS[rule].some((member) => cnf[member] !== undefined)) return;
  throw new TokenRefused('confirmation', 'The API takes tokens only that are bound to a key.', {
    expected: rule,
    received: Object.keys(cnf).join(' ') || 'unbound',
  });
}
