import { describe, expect, it } from 'vitest';
import { mistakeInProvider } from './provider-address.policy.js';

const facts = (issuer: string, loopbackAllowed = false): Parameters<typeof mistakeInProvider>[0] => ({
  issuer,
  loopbackAllowed,
  own: ['https://auth.example.com'],
});

describe('mistakeInProvider', () => {
  it.each(['https://accounts.example.com', 'https://login.example.com/tenant/v2.0', 'https://[2606:4700::1111]'])('accepts %s', (issuer) =>
    expect(mistakeInProvider(facts(issuer))).toBeUndefined(),
  );

  it.each([
    ['https://auth.example.com', /itself/],
    ['not a url', /not a URL/],
    ['https://user@accounts.example.com', /not a URL/],
    ['https://accounts.example.com?tenant=1', /not a URL/],
    ['https://accounts.example.com#x', /not a URL/],
    [`https://accounts.example.com/${'x'.repeat(600)}`, /not a URL/],
    ['http://accounts.example.com', /not an https/],
    ['ftp://accounts.example.com', /not an https/],
    ['https://accounts.example.com:8443', /public address/],
    ['https://10.0.0.1', /public address/],
    ['https://169.254.169.254', /public address/],
    ['https://[::ffff:127.0.0.1]', /public address/],
    ['https://localhost', /public address/],
    ['http://localhost:9000', /not an https/],
  ])('refuses %s', (issuer, words) => expect(mistakeInProvider(facts(issuer))).toMatch(words));

  it('SSRF-1 accepts one on loopback where that is allowed', () => {
    expect(mistakeInProvider(facts('http://localhost:9000', true))).toBeUndefined();
    expect(mistakeInProvider(facts('http://10.0.0.1', true))).toMatch(/not an https/);
  });
});
