import { describe, expect, it } from 'vitest';
import { hostStandingOf, type HostRules } from './host-standing.policy.js';

const HOSTS = ['app.example', '*.apps.example', '!bad.apps.example', '!evil.example'];

describe('CIMD-10: whose documents are admitted', () => {
  it.each<[string, HostRules['mode'], string]>([
    ['app.example', 'listed', 'listed'],
    ['app.example', 'open', 'listed'],
    ['app.example', 'off', 'refused'],
    ['a.apps.example', 'listed', 'listed'],
    ['a.b.apps.example', 'listed', 'listed'],
    ['apps.example', 'listed', 'refused'],
    ['bad.apps.example', 'listed', 'refused'],
    ['evil.example', 'open', 'refused'],
    ['other.example', 'listed', 'refused'],
    ['other.example', 'open', 'unverified'],
    ['x.app.example', 'listed', 'refused'],
    ['xapp.example', 'listed', 'refused'],
    ['evilapps.example', 'listed', 'refused'],
    ['app.example.evil.example', 'listed', 'refused'],
    ['evil.example.', 'open', 'refused'],
    ['bad.apps.example.', 'listed', 'refused'],
    ['other.example.', 'open', 'refused'],
  ])('%s where %s documents are taken: %s', (host, mode, standing) => {
    expect(hostStandingOf(host, { mode, hosts: HOSTS })).toBe(standing);
  });
});
