import { describe, expect, it } from 'vitest';
import { issuerPathRewriter } from './issuer-path.js';

describe('RFC 8414 §3.1 an issuer with a path', () => {
  const rewrite = issuerPathRewriter('https://host.example/auth/eu')!;

  it.each([
    ['/auth/eu/oauth/token', '/oauth/token'],
    ['/auth/eu/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    ['/.well-known/oauth-authorization-server/auth/eu', '/.well-known/oauth-authorization-server'],
    ['/.well-known/openid-configuration/auth/eu?x=1', '/.well-known/openid-configuration?x=1'],
    ['/.well-known/oauth-protected-resource/auth/eu/analytics', '/.well-known/oauth-protected-resource/analytics'],
    ['/auth/eu', '/'],
    ['/auth/europe/oauth/token', '/auth/europe/oauth/token'],
    ['/oauth/token', '/oauth/token'],
    ['/.well-known/jwks.json', '/.well-known/jwks.json'],
  ])('%s is met as %s', (url, expected) => {
    expect(rewrite(url)).toBe(expected);
  });

  it('nothing is rewritten for an issuer without a path', () => {
    expect(issuerPathRewriter('https://host.example')).toBeUndefined();
  });
});
