import { describe, expect, it } from 'vitest';
import { mistakesInAddresses, type AddressFacts } from './issuer-address.policy.js';

const judge = (facts: Partial<AddressFacts>): string[] =>
  mistakesInAddresses({
    issuer: 'https://ci.example.com',
    jwksUri: null,
    hasKeys: false,
    loopbackAllowed: false,
    own: ['https://auth.example.com', 'https://auth.internal.example.com'],
    ...facts,
  }).map(({ location }) => location);

describe('mistakesInAddresses', () => {
  it.each<[string, Partial<AddressFacts>]>([
    ['an https issuer', {}],
    ['one with a path', { issuer: 'https://ci.example.com/acme/' }],
    ['keys at another host', { jwksUri: 'https://keys.example.net/jwks' }],
    ['a trust domain with its bundle', { issuer: 'spiffe://example.org', jwksUri: 'https://keys.example.org/bundle' }],
    ['a trust domain with keys', { issuer: 'spiffe://example.org', hasKeys: true }],
    ['a private cluster with keys, from which nothing is fetched', { issuer: 'https://kubernetes.default.svc:6443', hasKeys: true }],
    ['loopback in development', { issuer: 'http://localhost:8080', loopbackAllowed: true }],
    ['keys of loopback at loopback', { issuer: 'http://localhost:8080', jwksUri: 'http://localhost:8080/k', loopbackAllowed: true }],
  ])('takes %s', (_, facts) => {
    expect(judge(facts)).toEqual([]);
  });

  it.each<[string, string]>([
    ['http', 'http://ci.example.com'],
    ['loopback', 'http://localhost:8080'],
    ['a query', 'https://ci.example.com?x=1'],
    ['a fragment', 'https://ci.example.com#x'],
    ['a user', 'https://u@ci.example.com'],
    ['no URL', 'ci.example.com'],
    ['a space', 'https://ci.example.com/a b'],
    ['another port', 'https://ci.example.com:8443'],
    ['a private address', 'https://10.0.0.1'],
    ['the metadata service of a cloud', 'https://169.254.169.254'],
    ['a file', 'file:///etc/passwd'],
    ['an issuer of this installation', 'https://auth.example.com'],
    ['an upper-case trust domain', 'spiffe://Example.org'],
    ['a workload in place of a trust domain', 'spiffe://example.org/web'],
  ])('refuses an issuer: %s', (_, issuer) => {
    expect(judge({ issuer })).toEqual(['/issuer']);
  });

  // Attack 56.
  it.each<[string, Partial<AddressFacts>]>([
    ['http', { jwksUri: 'http://ci.example.com/jwks' }],
    ['loopback', { jwksUri: 'https://localhost/jwks' }],
    ['loopback of an issuer that is elsewhere, in development', { jwksUri: 'http://localhost:8080/jwks', loopbackAllowed: true }],
    ['another port of loopback', { issuer: 'http://localhost:1', jwksUri: 'http://localhost:2/jwks', loopbackAllowed: true }],
    ['an address', { jwksUri: 'https://127.0.0.1/jwks' }],
    ['an address in one number', { jwksUri: 'https://2130706433/jwks' }],
    ['an address of IPv6 that holds a private one', { jwksUri: 'https://[::ffff:10.0.0.1]/jwks' }],
    ['the metadata service of a cloud', { jwksUri: 'https://169.254.169.254/latest' }],
    ['another port', { jwksUri: 'https://ci.example.com:22/jwks' }],
    ['a user', { jwksUri: 'https://u:p@ci.example.com/jwks' }],
    ['gopher', { jwksUri: 'gopher://ci.example.com/jwks' }],
    ['no URL', { jwksUri: 'jwks' }],
    ['keys beside it', { jwksUri: 'https://ci.example.com/jwks', hasKeys: true }],
  ])('SSRF-1 to SSRF-5 refuses a jwks_uri: %s', (_, facts) => {
    expect(judge(facts)).toEqual(['/jwks_uri']);
  });

  it('a trust domain has no discovery', () => {
    expect(judge({ issuer: 'spiffe://example.org' })).toEqual(['/jwks_uri']);
  });
});
