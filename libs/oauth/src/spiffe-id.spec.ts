import { describe, expect, it } from 'vitest';
import { parseSpiffeId, serviceNamedBy, spiffeIdOf } from './spiffe-id.js';

describe('SPF-1 a SPIFFE id', () => {
  it.each([
    ['spiffe://example.org', 'example.org', ''],
    ['spiffe://example.org/billing', 'example.org', '/billing'],
    ['spiffe://prod_1.example-x.org/ns/Prod/sa/a.b_c-d', 'prod_1.example-x.org', '/ns/Prod/sa/a.b_c-d'],
    ['spiffe://localhost/...', 'localhost', '/...'],
  ])('%s is one', (text, trustDomain, path) => {
    expect(parseSpiffeId(text)).toEqual({ trustDomain, path });
  });

  it.each([
    ['', 'nothing'],
    ['https://example.org/billing', 'another scheme'],
    ['SPIFFE://example.org/billing', 'capitals in the scheme'],
    ['spiffe:/example.org/billing', 'one slash'],
    ['spiffe://', 'no trust domain'],
    ['spiffe:///billing', 'an empty trust domain'],
    ['spiffe://Example.org/billing', 'capitals in the trust domain'],
    ['spiffe://example.org:443/billing', 'a port'],
    ['spiffe://user@example.org/billing', 'a user'],
    ['spiffe://example.org/', 'a trailing slash'],
    ['spiffe://example.org/billing/', 'a trailing slash after a path'],
    ['spiffe://example.org//billing', 'an empty segment'],
    ['spiffe://example.org/./billing', 'a dot segment'],
    ['spiffe://example.org/a/../billing', 'a dot-dot segment'],
    ['spiffe://example.org/bill%69ng', 'percent-encoding'],
    ['spiffe://example.org/billing?x=1', 'a query'],
    ['spiffe://example.org/billing#x', 'a fragment'],
    ['spiffe://example.org/billing\n', 'a line break'],
    ['spiffe://example.org/bílling', 'a letter outside ASCII'],
    [`spiffe://${'a'.repeat(256)}/x`, 'a long trust domain'],
    [`spiffe://example.org/${'a'.repeat(2048)}`, 'a long id'],
  ])('%s is none: %s', (text) => {
    expect(parseSpiffeId(text)).toBeUndefined();
  });

  it.each([
    ['spiffe://example.org/billing', 'billing'],
    ['spiffe://example.org/prod/billing', undefined],
    ['spiffe://example.org', undefined],
    ['spiffe://example.com/billing', undefined],
    ['spiffe://example.org/billing/', undefined],
  ])('%s names the service %s in example.org', (id, service) => {
    expect(serviceNamedBy(id, 'example.org')).toBe(service);
  });

  it('of a service is made of trust domain and name', () => {
    expect(parseSpiffeId(spiffeIdOf('example.org', 'billing'))).toEqual({ trustDomain: 'example.org', path: '/billing' });
  });
});
