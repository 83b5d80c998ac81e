import { describe, expect, it } from 'vitest';
import { explainCall, REFUSAL_REASONS, type AskedCall, type CallFacts, type RefusalReason } from './call-explanation.policy.js';

const asked: AskedCall = { caller: 'billing', target: 'export', scope: 'start:export', orgId: 'org_1' };
const facts: CallFacts = {
  caller: { active: true },
  target: { active: true, scopes: ['start:export', 'read:export'] },
  policy: { id: 'pol_1', scopes: ['start:export'], orgMode: 'any' },
  orgActive: true,
};

describe('why a call is refused: the first condition that fails, in words', () => {
  const rows: [RefusalReason, Partial<CallFacts>, Partial<AskedCall>, string][] = [
    ['unknown_caller', { caller: undefined, target: undefined }, {}, 'no microservice called billing'],
    ['caller_disabled', { caller: { active: false }, policy: undefined }, {}, 'billing is disabled'],
    ['unknown_target', { target: undefined }, {}, 'no internal API called export'],
    ['target_disabled', { target: { active: false, scopes: [] } }, {}, 'export is disabled'],
    ['unknown_scope', { policy: undefined }, { scope: 'fly' }, 'has no scope fly'],
    ['no_policy', { policy: undefined }, {}, 'No call policy lets billing call export'],
    ['scope_not_in_policy', {}, { scope: 'read:export' }, 'for start:export, not for read:export'],
    ['org_not_allowed', { policy: { id: 'pol_1', scopes: ['start:export'], orgMode: 'none' } }, {}, 'org_mode none'],
    ['org_not_active', { orgActive: false }, {}, 'no active organization org_1'],
  ];
  it.each(rows)('%s', (reason, otherFacts, otherAsked, words) => {
    const explanation = explainCall({ ...asked, ...otherAsked }, { ...facts, ...otherFacts });
    expect(explanation).toMatchObject({ allowed: false, reason, grant: undefined });
    expect(explanation.explanation).toContain(words);
  });

  it('each reason has a row', () => {
    expect(rows.map(([reason]) => reason)).toEqual([...REFUSAL_REASONS]);
  });
});

describe('how an allowed call is made', () => {
  it.each([
    ['parent', 'token_exchange', 'exchanges the token'],
    ['any', 'client_credentials', 'may name the organization'],
    ['none', 'client_credentials', 'no organization'],
  ] as const)('org_mode %s: %s', (orgMode, grant, words) => {
    const policy = { id: 'pol_1', scopes: ['start:export'], orgMode };
    const explanation = explainCall({ ...asked, orgId: undefined }, { ...facts, policy });
    expect(explanation).toMatchObject({ allowed: true, reason: undefined, grant });
    expect(explanation.explanation).toContain(words);
  });
});
