import { describe, expect, it } from 'vitest';
import { isClientIdUrl, mistakeOfClientIdUrl } from './client-id-url.js';

describe('CIMD-2: the address that is a client id is judged as it is written', () => {
  it.each([
    'https://app.example/client.json',
    'https://app.example/a/b?version=2',
    'https://xn--mgbaam7a8h.example/client',
    'https://192.0.2.1/client',
    'http://localhost:4100/client.json',
    'http://127.0.0.1/client.json',
    'http://[::1]:8/client.json',
  ])('%s is fine', (id) => {
    expect(isClientIdUrl(id)).toBe(true);
    expect(mistakeOfClientIdUrl(id)).toBeUndefined();
  });

  it.each([
    ['no path', 'https://app.example'],
    ['the root alone', 'https://app.example/'],
    ['no path before the query', 'https://app.example?x=1'],
    ['a fragment', 'https://app.example/c#x'],
    ['an empty fragment', 'https://app.example/c#'],
    ['a user', 'https://user@app.example/c'],
    ['a password', 'https://u:p@app.example/c'],
    ['an empty user', 'https://@app.example/c'],
    ['no host', 'https:///c'],
    ['a dot segment', 'https://app.example/a/../c'],
    ['a single dot', 'https://app.example/./c'],
    ['an encoded dot segment', 'https://app.example/a/%2e%2E/c'],
    ['a half encoded one', 'https://app.example/a/.%2e'],
    ['a backslash', 'https://app.example\\c'],
    ['a space', 'https://app.example/c d'],
    ['a line break', 'https://app.example/c\n'],
    ['DEL', 'https://app.example/c\x7F'],
    ['letters outside ASCII', 'https://äpp.example/c'],
    ['a host in capitals', 'https://App.example/c'],
    ['a host that ends in a dot', 'https://app.example./c'],
    ['an address that ends in a dot', 'https://192.0.2.1./c'],
    ['the default port', 'https://app.example:443/c'],
    ['another port', 'https://app.example:8443/c'],
    ['an address in octal', 'https://0177.0.0.1/c'],
    ['an address in one number', 'https://2130706433/c'],
    ['a host that is none', 'https://a b/c'],
    ['a scheme in capitals', 'HTTPS://app.example/c'],
    ['http', 'http://app.example/c'],
    ['http of a name that begins like this machine', 'http://localhost.example/c'],
    ['more than 255 characters', `https://app.example/${'x'.repeat(255)}`],
  ])('%s is not', (_, id) => {
    expect(mistakeOfClientIdUrl(id)).toBeTypeOf('string');
  });

  it('ids that are made here are none', () => {
    for (const id of ['app_01kamx4f5ye8wvq3m2ts6dgn0h', 'sp_01kamx4f5ye8wvq3m2ts6dgn0h', '']) expect(isClientIdUrl(id)).toBe(false);
  });
});
