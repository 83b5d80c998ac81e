import { describe, expect, it } from 'vitest';
import { isOwnPath, isReturnPath, signInAddress } from './sign-in-address.js';

describe('isOwnPath', () => {
  it.each(['/', '/account', '/oauth/authorize?client_id=app_1&state=a%2Fb#x', '/a//b', '/.//evil.example'])('takes %j', (path) => {
    expect(isOwnPath(path)).toBe(true);
    expect(new URL(path, 'https://auth.example.com').host).toBe('auth.example.com');
  });

  it.each([
    '',
    'account',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/a\\b',
    '/\t/evil.example',
    '/\n/evil.example',
    ' /account',
    '/a b',
    '/ä',
    '/\u202E',
    `/${'x'.repeat(4_096)}`,
  ])('refuses %j', (path) => expect(isOwnPath(path)).toBe(false));
});

describe('isReturnPath', () => {
  it.each(['/', '/account', '/account?a=/login/providers/idp_1', '/consent?interaction=x', '/oauth/authorize?a=%2Flogin', '/loginx'])(
    'takes %j',
    (path) => expect(isReturnPath(path)).toBe(true),
  );

  it.each([
    '/login',
    '/login?return_to=%2F',
    '/login#x',
    '/login/providers/idp_1',
    '/login/callback/idp_1?code=x',
    '/%6cogin/providers/idp_1',
    '/%6Cogin',
    '/Login',
    '/./login',
    '/a/../login/providers/idp_1',
    '/a/%2e%2E/login',
    '/a/..',
    '/%zz',
    '//evil.example',
    '/\\evil.example',
  ])('refuses %j', (path) => expect(isReturnPath(path)).toBe(false));
});

describe('signInAddress', () => {
  it('leads to the sign-in page and names the way back', () => {
    const address = new URL(
      signInAddress({ returnTo: '/oauth/authorize?a=1&b=2', loginHint: 'ada+x@example.com' }),
      'https://auth.example.com',
    );
    expect(address.pathname).toBe('/login');
    expect(Object.fromEntries(address.searchParams)).toEqual({ return_to: '/oauth/authorize?a=1&b=2', login_hint: 'ada+x@example.com' });
  });

  it('is the page alone where nobody waits', () => expect(signInAddress({ returnTo: undefined })).toBe('/login'));

  it('throws where a programmer would send people elsewhere', () => {
    expect(() => signInAddress({ returnTo: 'https://evil.example' })).toThrow('path of this server');
  });
});
