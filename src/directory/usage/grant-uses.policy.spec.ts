import { describe, expect, it } from 'vitest';
import { grantUsesOf } from './grant-uses.policy.js';
import type { UsageLine } from './usage-line.js';

const EARLY = new Date('2026-11-22T08:00:00Z');
const LATE = new Date('2026-11-22T09:30:00Z');
const LINE: UsageLine = {
  minute: EARLY,
  clientId: 'app_1',
  credentialId: 'sec_1',
  grantId: 'con_1',
  operation: 'list',
  scopes: ['b'],
  result: 'accepted',
  calls: 2,
};
const USE = {
  grantId: 'con_1',
  clientId: 'app_1',
  calls: 0,
  denials: 0,
  scopes: [],
  lastUsedAt: undefined,
  lastDeniedAt: undefined,
  operations: [],
};
const usesOf = (...lines: Partial<UsageLine>[]): unknown =>
  grantUsesOf(
    lines.map((line) => ({ ...LINE, ...line })),
    (grantId) => grantId.startsWith('con_'),
  );

describe('what was done on a grant', () => {
  it('all calls together, the last minute, and every scope once, whatever the order', () => {
    const use = { ...USE, calls: 7, scopes: ['a', 'b'], lastUsedAt: LATE };
    const list = { operation: 'list', calls: 7, denials: 0, lastAt: LATE };
    expect(usesOf({ minute: LATE, scopes: ['b', 'a'], calls: 5 }, {})).toEqual([{ ...use, operations: [list] }]);
    const operations = [
      { operation: 'list', calls: 2, denials: 0, lastAt: EARLY },
      { operation: 'other', calls: 5, denials: 0, lastAt: LATE },
    ];
    expect(usesOf({}, { minute: LATE, scopes: ['b', 'a'], calls: 5, operation: 'other' })).toEqual([{ ...use, operations }]);
  });

  it.each(['insufficient_scope', 'insufficient_user_authentication', 'person_required'])(
    'what was tried and denied (%s) apart, and no scope of it counts as used',
    (result) => {
      const operations = [
        { operation: 'delete', calls: 0, denials: 3, lastAt: LATE },
        { operation: 'list', calls: 2, denials: 0, lastAt: EARLY },
      ];
      const denied = { operation: 'delete', result, scopes: ['c'], calls: 3, minute: LATE };
      expect(usesOf(denied, {})).toEqual([
        { ...USE, calls: 2, denials: 3, scopes: ['b'], lastUsedAt: EARLY, lastDeniedAt: LATE, operations },
      ]);
      expect(usesOf(denied)).toEqual([{ ...USE, denials: 3, lastDeniedAt: LATE, operations: operations.slice(0, 1) }]);
    },
  );

  it.each(['initialize', 'server/discover', 'ping', 'tools/list', 'resources/templates/list', 'prompts/list', 'notifications/initialized'])(
    'what only keeps MCP going (%s) counts, and is no operation that a person is shown',
    (operation) => {
      const use = { ...USE, calls: 4, scopes: ['b'], lastUsedAt: LATE };
      const list = { operation: 'list', calls: 2, denials: 0, lastAt: EARLY };
      expect(usesOf({}, { operation, scopes: [], minute: LATE })).toEqual([{ ...use, operations: [list] }]);
    },
  );

  it.each<[string, Partial<UsageLine>]>([
    ['a resource that needs no scope', { operation: 'resources/read metrics', scopes: [] }],
    ['a prompt', { operation: 'prompts/get', scopes: [] }],
    ['a tool with the name of a method', { operation: 'initialize' }],
    ['a method that was denied', { operation: 'tools/list', scopes: [], result: 'person_required' }],
  ])('%s is shown', (_, line) => {
    expect(usesOf(line)).toMatchObject([{ operations: [{ operation: line.operation }] }]);
  });

  it('of operations with the names that objects have too', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const [use] = grantUsesOf(
      names.map((operation) => ({ ...LINE, operation })),
      () => true,
    );
    expect(use?.operations.map(({ operation, calls }) => [operation, calls])).toEqual(names.map((name) => [name, 2]));
  });

  it('of each grant and client apart, grants in their order', () => {
    const uses = usesOf({ grantId: 'con_2' }, {}, { clientId: 'app_2' }) as { grantId: string; clientId: string }[];
    expect(uses.map(({ grantId, clientId }) => `${grantId} ${clientId}`)).toEqual(['con_1 app_1', 'con_1 app_2', 'con_2 app_1']);
  });

  it.each<[string, Partial<UsageLine>]>([
    ['a call that did not prove itself', { result: 'invalid_token' }],
    ['a proof without its nonce', { result: 'use_dpop_nonce' }],
    ['a call without client', { clientId: undefined }],
    ['a call without grant', { grantId: undefined }],
    ['a grant of another kind', { grantId: 'sp_1.api_1' }],
  ])('%s is no use of it', (_, line) => {
    expect(usesOf(line)).toEqual([]);
  });
});
