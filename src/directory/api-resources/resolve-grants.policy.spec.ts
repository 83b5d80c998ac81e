import { describe, expect, it } from 'vitest';
import { resolveGrants, resolveMachineGrants } from './resolve-grants.policy.js';

const APIS = [
  { id: 'api_1', identifier: 'https://one', zone: 'external', scopes: ['a', 'b'] },
  { id: 'api_2', identifier: 'internal', zone: 'internal', scopes: ['a'] },
];
const find = (audience: string): (typeof APIS)[number] | undefined => APIS.find((api) => api.identifier === audience.toLowerCase());

describe('grants as written', () => {
  it('are found by any spelling and carry the API', () => {
    expect(resolveGrants([{ audience: 'HTTPS://one', scopes: ['b'] }], find, '/grants')).toEqual({
      resolved: [{ api: APIS[0], scopes: ['b'] }],
      mistakes: [],
    });
  });

  it.each([
    ['an unknown API', [{ audience: 'https://two', scopes: ['a'] }], ['/grants/0/audience']],
    ['an internal API', [{ audience: 'internal', scopes: ['a'] }], ['/grants/0/audience']],
    ['an unknown scope', [{ audience: 'https://one', scopes: ['a', 'z'] }], ['/grants/0/scopes']],
    [
      'an API twice',
      [
        { audience: 'https://one', scopes: ['a'] },
        { audience: 'https://ONE', scopes: ['b'] },
      ],
      ['/grants/1/audience'],
    ],
  ])('may not name %s', (_, grants, locations) => {
    expect(resolveGrants(grants, find, '/grants').mistakes.map((mistake) => mistake.location)).toEqual(locations);
  });

  it('of machines may not name the API that tells who a person is', () => {
    const identity = { id: 'api_3', identifier: 'https://who', zone: 'external', scopes: ['openid'], identity: true };
    const apis = [{ ...APIS[0]!, identity: false }, identity];
    const findAny = (audience: string): typeof identity | undefined => apis.find((api) => api.identifier === audience);
    const asked = apis.map(({ identifier, scopes }) => ({ audience: identifier, scopes }));
    expect(resolveGrants(asked, findAny, '/grants').mistakes).toEqual([]);
    expect(resolveMachineGrants(asked, findAny, '/grants').mistakes.map(({ location }) => location)).toEqual(['/grants/1/audience']);
  });
});
