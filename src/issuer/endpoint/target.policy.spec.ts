import { describe, expect, it } from 'vitest';
import { FormParameters } from '@countersign/oauth';
import { requestedTarget } from './target.policy.js';

const APIS = new Map([
  ['https://api.example/analytics', 'https://api.example/analytics'],
  ['https://API.example/analytics', 'https://api.example/analytics'],
  ['https://api.example/v1', 'https://api.example/v1'],
  ['billing', 'billing'],
]);

const targetOf = (form: string): string | undefined => requestedTarget(FormParameters.parse(form), (name) => APIS.get(name));
const refused = expect.objectContaining({ code: 'invalid_target', status: 400 }) as Error;

describe('the API that a request names', () => {
  it.each([
    ['none', '', undefined],
    ['audience', 'audience=https://api.example/analytics', 'https://api.example/analytics'],
    ['RFC 8707 resource', 'resource=https://api.example/analytics', 'https://api.example/analytics'],
    ['both, alike', 'audience=https://api.example/v1&resource=https://api.example/v1', 'https://api.example/v1'],
    [
      'both, spelled differently',
      'audience=https://API.example/analytics&resource=https://api.example/analytics',
      'https://api.example/analytics',
    ],
    ['resource twice, alike', 'resource=https://api.example/v1&resource=https://api.example/v1', 'https://api.example/v1'],
    ['an audience that is no URI', 'audience=billing', 'billing'],
    ['an empty one', 'audience=&resource=', undefined],
  ])('%s', (_, form, target) => {
    expect(targetOf(form)).toBe(target);
  });

  it.each([
    ['an unknown audience', 'audience=https://nowhere.example'],
    ['an unknown resource', 'resource=https://nowhere.example'],
    ['audience and resource that differ', 'audience=https://api.example/v1&resource=https://api.example/analytics'],
    ['two resources that differ', 'resource=https://api.example/v1&resource=https://api.example/analytics'],
    ['one known and one unknown', 'audience=https://api.example/v1&resource=https://nowhere.example'],
    ['RFC 8707 §2: a resource with a fragment', 'resource=https://api.example/v1%23x'],
    ['RFC 8707 §2: a resource that is no absolute URI', 'resource=billing'],
    ['a relative resource', 'resource=/v1'],
    ['a prefix of an API', 'audience=https://api.example'],
  ])('invalid_target for %s', (_, form) => {
    expect(() => targetOf(form)).toThrow(refused);
  });
});
