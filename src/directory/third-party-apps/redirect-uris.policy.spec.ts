import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mistakeOfRedirectUri, mistakesOfRedirectUris } from './redirect-uris.policy.js';

describe('AZ-5 redirect URIs that may be registered', () => {
  it.each([
    'https://app.example.com/callback',
    'https://app.example.com',
    'https://app.example.com/',
    'https://app.example.com:8443/callback?tenant=1&x=a%20b',
    'https://xn--mnchen-3ya.example/cb',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:8080/callback',
    'http://[::1]/callback',
    'http://localhost/callback',
    'http://localhost:3000/callback',
    'com.example.app:/callback',
    'com.example.app://callback/x',
  ])('%s', (uri) => {
    expect(mistakeOfRedirectUri(uri)).toBeUndefined();
  });
});

describe('AZ-5 redirect URIs that may not, and what to do instead', () => {
  it.each([
    // Attack 23.
    ['javascript:alert(1)', /does not lead to an app/],
    ['JavaScript:alert(1)', /does not lead to an app/],
    ['data:text/html,x', /does not lead to an app/],
    ['vbscript:x', /does not lead to an app/],
    ['file:///etc/passwd', /does not lead to an app/],
    ['about:blank', /does not lead to an app/],
    ['blob:https://app.example.com/1', /does not lead to an app/],
    ['myapp:/callback', /anybody's/],
    ['/callback', /not absolute/],
    ['//app.example.com/callback', /not absolute/],
    ['', /outside ASCII|not absolute/],
    ['https://', /no URL/],
    ['http://app.example.com/callback', /own computer only/],
    ['http://127.1/cb', /plain form/],
    ['http://2130706433/cb', /plain form/],
    ['http://user@127.0.0.1/cb', /plain form/],
    ['http://0.0.0.0/cb', /own computer only/],
    ['http://127.0.0.1.evil.example/cb', /own computer only/],
    ['https://app.example.com/callback#', /fragment/],
    ['https://app.example.com/callback#x', /fragment/],
    ['com.example.app:/callback#x', /fragment/],
    ['https://good@evil.example/cb', /names a user/],
    ['https://@evil.example/cb', /names a user/],
    ['https://a:b@evil.example/cb', /names a user/],
    ['https://*.example.com/cb', /wildcard/],
    ['https://app.example.com/*', /wildcard/],
    ['https://app.example.com\\@evil.example/', /backslash/],
    ['https://app.example.com/a b', /outside ASCII/],
    ['https://app.example.com/a\r\nLocation: x', /outside ASCII/],
    ['https://münchen.example/cb', /outside ASCII/],
    ['https://APP.example.com/cb', /another way/],
    ['https://app.example.com:443/cb', /another way/],
    ['https://app.example.com/a/../cb', /another way/],
    ['https://app.example.com/%2e%2e/cb', /another way/],
    ['https://app.example.com/cb?state=1', /holds state/],
    ['https://app.example.com/cb?code=1', /holds code/],
    ['https://app.example.com/cb?iss=x', /holds iss/],
  ])('%s', (uri, message) => {
    const mistake = mistakeOfRedirectUri(uri);
    expect(mistake?.message).toMatch(message);
    expect(mistake?.fix).toMatch(/\.$/);
  });

  it('one that is too long', () => {
    expect(mistakeOfRedirectUri(`https://app.example.com/${'a'.repeat(2_048)}`)?.message).toMatch(/longer than 2048/);
  });

  it('each names its place in the list', () => {
    const uris = ['https://app.example.com/', 'data:x', 'javascript:x'];
    const mistakes = mistakesOfRedirectUris({ redirect_uris: uris, post_logout_redirect_uris: ['file:///x'] });
    expect(mistakes.map(({ location }) => location)).toEqual(['/redirect_uris/1', '/redirect_uris/2', '/post_logout_redirect_uris/0']);
  });

  it('no text makes the check throw, and no text with a scheme of script passes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void mistakeOfRedirectUri(text)));
    fc.assert(
      fc.property(fc.constantFrom('javascript:', 'JAVASCRIPT:', 'data:', 'vbscript:'), fc.string(), (scheme, rest) => {
        expect(mistakeOfRedirectUri(scheme + rest)).toBeDefined();
      }),
    );
  });
});
