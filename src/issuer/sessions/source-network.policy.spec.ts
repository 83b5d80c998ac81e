import { describe, expect, it } from 'vitest';
import { sourceNetwork, sourceSite } from './source-network.policy.js';

describe('sourceNetwork', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['::1', '::/64'],
    ['nonsense', 'nonsense'],
  ])('%s counts as %s', (address, network) => expect(sourceNetwork(address)).toBe(network));
});

describe('sourceSite', () => {
  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8:1:ffff::1', '2001:db8:1::/48'],
    ['203.0.113.7', undefined],
    ['::ffff:203.0.113.7', undefined],
    ['nonsense', undefined],
  ])('%s is of %s', (address, site) => expect(sourceSite(address)).toBe(site));
});
