import { describe, expect, it } from 'vitest';
import { mistakesOf } from './usage-entries.policy.js';

const NOW = Date.parse('2026-11-22T08:42:30Z');
const SP = 'sp_01kamx4f5ye8wvq3m2ts6dgn0h';
const API = 'api_01kamx4f5ye8wvq3m2ts6dgn0h';
const entry = {
  minute: '2026-11-22T08:41:00Z',
  client_id: SP,
  credential_id: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h',
  grant_id: `${SP}.${API}`,
  operation: 'Things.list',
  scopes: ['read:things'],
  result: 'accepted',
  count: 1,
};
const locations = (...entries: unknown[]): string[] => mistakesOf(entries, NOW).map(({ location }) => location);

describe('entries of a usage report', () => {
  it('are taken with every field, and with those that must be there', () => {
    const { minute, operation, scopes, result, count } = entry;
    expect(locations(entry, { minute, operation, scopes, result, count }, { ...entry, scopes: [] })).toEqual([]);
  });

  it.each([
    ['2026-11-22T08:44:00.000Z', true],
    ['2026-11-15T08:43:00Z', true],
    ['2026-11-22T08:45:00Z', false],
    ['2026-11-15T08:42:00Z', false],
    ['2026-11-22T08:41:01Z', false],
    ['2026-11-22T08:41:00+00:00', false],
    ['2026-11-22T08:41:00', false],
    ['2026-13-22T08:41:00Z', false],
    ['2026-02-30T08:41:00Z', false],
    [1_795_336_860, false],
    [null, false],
  ])('the minute %s: %s', (minute, fine) => {
    expect(locations({ ...entry, minute })).toEqual(fine ? [] : ['/entries/0/minute']);
  });

  it.each<[keyof typeof entry, unknown]>([
    ['client_id', 'usr_01kamx4f5ye8wvq3m2ts6dgn0h'],
    ['client_id', API],
    ['client_id', 'alice@example.com'],
    ['client_id', null],
    ['credential_id', 'csn_secret_abc'],
    ['credential_id', SP],
    ['client_id', 'http://agent.example/client.json'],
    ['client_id', 'https://agent.example/a b'],
    ['client_id', `https://agent.example/${'x'.repeat(1_024)}`],
    ['credential_id', 'http://agent.example/client.json'],
    ['grant_id', 'usr_01kamx4f5ye8wvq3m2ts6dgn0h'],
    ['grant_id', `${SP}.${API}.${API}`],
    ['grant_id', ''],
    ['grant_id', `${SP}.2`],
    ['grant_id', 'con_01kamx4f5ye8wvq3m2ts6dgn0h.0'],
    ['operation', ''],
    ['operation', 'x'.repeat(129)],
    ['operation', 'a\u0000b'],
    ['operation', 'Größe'],
    ['operation', { toString: () => 'x' }],
    ['scopes', 'read:things'],
    ['scopes', ['a b']],
    ['scopes', [1]],
    ['scopes', ['']],
    ['scopes', ['x'.repeat(129)]],
    ['scopes', Array.from({ length: 33 }, (_, i) => `s${i}`)],
    ['result', ''],
    ['result', 'ACCEPTED'],
    ['result', 'x'.repeat(41)],
    ['count', 0],
    ['count', -1],
    ['count', 1.5],
    ['count', '1'],
    ['count', Number.NaN],
    ['count', 1_000_000_000_001],
  ])('%s is not %j', (field, value) => {
    expect(locations({ ...entry, [field]: value })).toEqual([`/entries/0/${field}`]);
  });

  it('names what is missing and what is too much, in every entry, and takes nothing that is no object', () => {
    expect(locations(entry, {})).toEqual(['minute', 'operation', 'scopes', 'result', 'count'].map((name) => `/entries/1/${name}`));
    expect(locations({ ...entry, org_id: 'org_1' })).toEqual(['/entries/0/org_id']);
    expect(locations({ ...entry, 'a/b~c': 1 })).toEqual(['/entries/0/a~1b~0c']);
    expect(locations({ ...entry, constructor: 1 })).toEqual(['/entries/0/constructor']);
    expect(locations(null, [], 'x', 1)).toEqual(['/entries/0', '/entries/1', '/entries/2', '/entries/3']);
  });

  it('takes a thumbprint as the credential of a key, a consent as a grant, and keys as clients', () => {
    expect(locations({ ...entry, credential_id: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' })).toEqual([]);
    for (const grant_id of ['con_01kamx4f5ye8wvq3m2ts6dgn0h', 'con_01kamx4f5ye8wvq3m2ts6dgn0h.2'])
      expect(locations({ ...entry, grant_id })).toEqual([]);
    expect(locations({ ...entry, client_id: 'key_01kamx4f5ye8wvq3m2ts6dgn0h', credential_id: 'key_01kamx4f5ye8wvq3m2ts6dgn0h' })).toEqual(
      [],
    );
  });

  it('takes a public app, which has nothing but its own name, be that an id or the address of its document', () => {
    for (const name of ['app_01kamx4f5ye8wvq3m2ts6dgn0h', 'https://agent.example/client.json'])
      expect(locations({ ...entry, client_id: name, credential_id: name, grant_id: 'con_01kamx4f5ye8wvq3m2ts6dgn0h' })).toEqual([]);
  });
});
