import { describe, expect, it } from 'vitest';
import { findRedirectUri, parseLoopbackUri } from './redirect-uri.js';

const HTTPS = 'https://app.example.com/callback';
const NATIVE = { anyLocalhostPort: true };
const SERVER = { anyLocalhostPort: false };

describe('AZ-4 a redirect URI is one of the registered ones, byte for byte', () => {
  it('the registered one', () => {
    expect(findRedirectUri(HTTPS, ['https://other.example.com/', HTTPS], SERVER)).toBe(HTTPS);
  });

  // Attack 21.
  it.each([
    ['an extra path', 'https://app.example.com/callback/more'],
    ['dot segments', 'https://app.example.com/a/../callback'],
    ['an encoded slash', 'https://app.example.com%2fcallback'],
    ['an encoded letter', 'https://app.example.com/%63allback'],
    ['an added query', 'https://app.example.com/callback?next=evil'],
    ['an empty query', 'https://app.example.com/callback?'],
    ['a fragment', 'https://app.example.com/callback#x'],
    ['a user', 'https://good@app.example.com/callback'],
    ['another host behind a user', 'https://app.example.com@evil.example/callback'],
    ['a port', 'https://app.example.com:8443/callback'],
    ['the default port', 'https://app.example.com:443/callback'],
    ['a subdomain', 'https://x.app.example.com/callback'],
    ['a longer domain', 'https://app.example.com.evil.example/callback'],
    ['capitals', 'https://APP.example.com/callback'],
    ['capitals of the scheme', 'HTTPS://app.example.com/callback'],
    ['a trailing slash', 'https://app.example.com/callback/'],
    ['a unicode host', 'https://app.exаmple.com/callback'],
    ['a backslash', 'https://app.example.com\\callback'],
    ['two slashes', 'https://app.example.com//callback'],
    ['no scheme', '//app.example.com/callback'],
    ['a space before', ` ${HTTPS}`],
    ['a line end', `${HTTPS}\n`],
    ['http', 'http://app.example.com/callback'],
    ['nothing', ''],
  ])('%s is another one', (_, presented) => {
    expect(findRedirectUri(presented, [HTTPS], NATIVE)).toBeUndefined();
  });
});

describe('AZ-4, RFC 8252 §7.3 the port of a loopback address may be any', () => {
  it.each(['http://127.0.0.1/cb', 'http://127.0.0.1:80/cb', 'http://127.0.0.1:49152/cb', 'http://127.0.0.1:65535/cb'])(
    '%s',
    (presented) => {
      for (const registered of ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb'])
        expect(findRedirectUri(presented, [registered], SERVER)).toBe(registered);
    },
  );

  it('that of IPv6 too', () => {
    expect(findRedirectUri('http://[::1]:9000/cb?x=1', ['http://[::1]/cb?x=1'], SERVER)).toBe('http://[::1]/cb?x=1');
  });

  it('that of the name localhost for programs on the computer of the user only', () => {
    expect(findRedirectUri('http://localhost:9000/cb', ['http://localhost/cb'], NATIVE)).toBe('http://localhost/cb');
    expect(findRedirectUri('http://localhost:9000/cb', ['http://localhost/cb'], SERVER)).toBeUndefined();
    expect(findRedirectUri('http://localhost/cb', ['http://localhost/cb'], SERVER)).toBe('http://localhost/cb');
  });

  // Attack 22.
  it.each([
    'http://127.0.0.1.evil/cb',
    'http://127.0.0.1:80.evil/cb',
    'http://0.0.0.0:80/cb',
    'http://127.1/cb',
    'http://127.0.0.2/cb',
    'http://2130706433/cb',
    'http://0x7f000001/cb',
    'http://[::ffff:127.0.0.1]/cb',
    'http://[0:0:0:0:0:0:0:1]/cb',
    'https://127.0.0.1:8443/cb',
    'http://localhost/cb',
    'http://[::1]/cb',
    'http://127.0.0.1:8080/other',
    'http://127.0.0.1:8080/cb/',
    'http://127.0.0.1:8080/cb?x=1',
    'http://127.0.0.1:8080/cb#x',
    'http://127.0.0.1:8080',
    'http://127.0.0.1:65536/cb',
    'http://127.0.0.1:0/cb',
    'http://127.0.0.1:08080/cb',
    'http://127.0.0.1:/cb',
    'http://user@127.0.0.1:8080/cb',
    'http://127.0.0.1:8080\\@evil.example/cb',
    'HTTP://127.0.0.1:8080/cb',
  ])('%s is another one', (presented) => {
    expect(findRedirectUri(presented, ['http://127.0.0.1/cb'], NATIVE)).toBeUndefined();
  });

  it('https on a loopback address is matched byte for byte', () => {
    expect(findRedirectUri('https://127.0.0.1:9000/cb', ['https://127.0.0.1/cb'], NATIVE)).toBeUndefined();
  });
});

describe('parts of a loopback URI', () => {
  it('host, port and rest', () => {
    expect(parseLoopbackUri('http://[::1]:8080/a?b')).toEqual({ host: '[::1]', port: '8080', rest: '/a?b' });
    expect(parseLoopbackUri('http://localhost')).toEqual({ host: 'localhost', port: undefined, rest: '' });
    expect(parseLoopbackUri('http://localhostage/')).toBeUndefined();
  });
});
