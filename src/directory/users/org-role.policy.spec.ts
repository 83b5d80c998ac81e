import { describe, expect, it } from 'vitest';
import type { ScopeDefinition } from '../api-resources/index.js';
import { scopesOfRole } from './org-role.policy.js';

const scope = (name: string, fields: Partial<ScopeDefinition>): [string, ScopeDefinition] => [
  name,
  { name, description: name, risk: 'low', assignableBy: 'org_admin', delegable: true, ...fields },
];
const API = {
  definitions: new Map([
    scope('read:things', {}),
    scope('write:things', { risk: 'medium' }),
    scope('delete:things', { risk: 'high' }),
    scope('read:keys', { delegable: false }),
    scope('write:platform', { assignableBy: 'operator' }),
  ]),
};

describe('scopesOfRole', () => {
  it.each([
    ['admin', ['read:things', 'write:things', 'delete:things']],
    ['member', ['read:things', 'write:things']],
  ] as const)('%s passes on %j: nothing that is not delegable, nothing of operators', (role, scopes) =>
    expect(scopesOfRole(role, API)).toEqual(scopes),
  );
});
