import { expect, it } from 'vitest';
import { trustedProxy } from './trusted-proxy.js';

const isProxy = trustedProxy(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);

it.each([
  ['10.1.2.3', true],
  ['::ffff:10.1.2.3', true],
  ['192.0.2.7', true],
  ['2001:db8::9', true],
  ['::1', true],
  ['192.0.2.8', false],
  ['::ffff:192.0.2.8', false],
  ['2001:db9::9', false],
  ['', false],
  [undefined, false],
])('%s is a trusted proxy: %s', (remoteAddress, expected) => {
  expect(isProxy({ raw: { socket: { remoteAddress } } })).toBe(expected);
});

it('nobody is where none is named', () => {
  expect(trustedProxy([])({ raw: { socket: { remoteAddress: '127.0.0.1' } } })).toBe(false);
});
