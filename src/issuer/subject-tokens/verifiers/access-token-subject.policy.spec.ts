import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '@countersign/oauth';
import { addresseeMistake, subjectOf, type AddressFacts } from './access-token-subject.policy.js';

const SHOP = { identifier: 'https://shop.example', zone: 'external', active: true, servedBy: ['gateway'] } as const;
const BILLING = { identifier: 'billing', zone: 'internal', active: true, servedBy: [] } as const;

describe('TX-4: whose token it is to exchange', () => {
  it.each<[string, AddressFacts, string | undefined]>([
    ['its API names the service', { claims: { aud: SHOP.identifier }, zone: 'external', api: SHOP, service: 'gateway' }, undefined],
    ['its API names others', { claims: { aud: SHOP.identifier }, zone: 'external', api: SHOP, service: 'billing' }, 'not_served_by'],
    ['the service is its audience', { claims: { aud: 'billing' }, zone: 'internal', api: BILLING, service: 'billing' }, undefined],
    ['another service is', { claims: { aud: 'billing' }, zone: 'internal', api: BILLING, service: 'gateway' }, 'audience'],
    [
      'the name of the service, claimed by the external issuer',
      { claims: { aud: 'billing' }, zone: 'external', api: BILLING, service: 'billing' },
      'audience',
    ],
    [
      'an external API in a token of the internal issuer',
      { claims: { aud: SHOP.identifier }, zone: 'internal', api: SHOP, service: 'gateway' },
      'audience',
    ],
    ['an API of another spelling', { claims: { aud: `${SHOP.identifier}/` }, zone: 'external', api: SHOP, service: 'gateway' }, 'audience'],
    ['an API that is gone', { claims: { aud: SHOP.identifier }, zone: 'external', api: undefined, service: 'gateway' }, 'audience'],
    [
      'a disabled API',
      { claims: { aud: SHOP.identifier }, zone: 'external', api: { ...SHOP, active: false }, service: 'gateway' },
      'api_disabled',
    ],
    ['no service at all', { claims: { aud: SHOP.identifier }, zone: 'external', api: SHOP, service: undefined }, 'audience'],
  ])('%s', (_, facts, expected) => {
    expect(addresseeMistake(facts)).toBe(expected);
  });
});

it('TX-7: the subject keeps the handles of the token and of all before it', () => {
  const claims = {
    jti: 'b',
    client_id: 'svc_1',
    cred: 'c2',
    grant: 'pol_1',
    org_id: 'org_1',
    sub: 'sp_1',
    exp: 9,
    root: 'a',
    aud: 'billing',
    scope: 'x',
  };
  const older = { jti: 'a', client_id: 'sp_1', cred: 'c1', org_id: 'org_1', aud: 'https://shop.example', scope: 'y' };
  expect(subjectOf({ ...claims, ancestors: [older] } as unknown as AccessTokenClaims)).toEqual({
    subject: 'sp_1',
    orgId: 'org_1',
    actor: undefined,
    expiresAt: 9,
    root: 'a',
    ancestors: [{ jti: 'b', client_id: 'svc_1', cred: 'c2', grant: 'pol_1', org_id: 'org_1', aud: 'billing', scope: 'x' }, older],
  });
});
