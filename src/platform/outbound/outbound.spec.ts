import { describe, expect, it } from 'vitest';
import { guardedFetch, OutboundRefused } from './guarded-fetch.js';
import { isPublicAddress } from './public-address.js';

/** Attack 56 and the special-use registry of RFC 6890, as names resolve to them. */
const SPECIAL = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.1.2.3',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '::127.0.0.1',
  '3fff::1',
  '5f00::1',
];
const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '192.167.1.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:8.8.8.8',
];

describe('isPublicAddress (RFC 6890)', () => {
  it.each(SPECIAL)('false for %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)('true for %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('false for what is no address', () => {
    for (const text of ['', 'localhost', 'example.com', '1.2.3.4.5', '1.2.3.4/8', ' 8.8.8.8', '[::1]'])
      expect(isPublicAddress(text)).toBe(false);
  });
});

describe('SSRF-1 to SSRF-5: an address that a tenant names is refused before any byte is sent', () => {
  it.each([
    ['http', 'http://example.com/jwks.json'],
    ['file', 'file:///etc/passwd'],
    ['gopher', 'gopher://example.com/'],
    ['data', 'data:application/json,{}'],
    ['another port', 'https://example.com:22/'],
    ['a port of the inside', 'https://example.com:8443/jwks.json'],
    ['a user', 'https://user@example.com/'],
    ['a password', 'https://user:secret@example.com/'],
  ])('%s', async (_, address) => {
    await expect(guardedFetch(address)).rejects.toThrow(OutboundRefused);
  });

  // Seen to fail as it was first written: a host that is an address already never reaches a lookup, so only names were judged.
  it.each([
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::7f00:1]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '2130706433',
    '0x7f000001',
    '017700000001',
    '0177.0.0.1',
    '127.1',
    '0x7f.1',
    '127.0.0.1.',
    'localhost',
  ])('https://%s/, however it is written', async (host) => {
    await expect(guardedFetch(`https://${host}/jwks.json`)).rejects.toThrow(OutboundRefused);
  });
});
