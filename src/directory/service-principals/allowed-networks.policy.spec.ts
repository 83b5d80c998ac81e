import { describe, expect, it } from 'vitest';
import { readNetwork } from './allowed-networks.policy.js';

describe('a network', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['10/8', undefined],
    ['0x7f.1', undefined],
    ['010.0.0.1', undefined],
    ['2130706433', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/', undefined],
    ['example.com', undefined],
    ['', undefined],
  ])('%j is read as %j', (text, network) => {
    expect(readNetwork(text)).toBe(network);
  });
});
