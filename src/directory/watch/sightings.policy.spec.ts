import { describe, expect, it } from 'vitest';
import { networkOf } from './network-of.policy.js';
import { nextSpan } from './next-span.policy.js';
import type { Sighting } from './client-memory.js';
import { clientsSeen, ReportingApis, sightingOf, type ReportingApi } from './sightings.policy.js';

const time = (text: string): Date => new Date(`2026-11-${text}Z`);

describe('the network of an address', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3::4', '2001:db8:1::/48'],
    ['others', undefined],
    ['', undefined],
  ])('%s: %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the next minutes', () => {
  it.each<[string, string | undefined, string, [string, string] | undefined]>([
    ['the first begin with the hour', undefined, '22T10:20:00', ['22T10:00:00', '22T10:18:00']],
    ['the next where the last ended', '22T10:18:00', '22T10:21:00', ['22T10:18:00', '22T10:19:00']],
    ['they end with the hour', '22T10:18:00', '22T12:00:00', ['22T10:18:00', '22T11:00:00']],
    ['none where another replica has just looked', '22T10:18:00', '22T10:20:10', undefined],
    ['none where the clock of another replica is ahead', '22T10:30:00', '22T10:20:00', undefined],
    ['no more than six hours back', '20T10:00:00', '22T10:20:00', ['22T04:20:00', '22T05:00:00']],
  ])('%s', (_, done, now, expected) => {
    const span = nextSpan(done === undefined ? undefined : time(done), time(now), 60_000);
    expect(span).toEqual(expected && { from: time(expected[0]), until: time(expected[1]) });
  });
});

describe('sightings', () => {
  const tokens = { org_id: 'org_1', client_id: 'sp_1', name: 'x', tokens: '3', refused: '1', addresses: ['192.0.2.1', '192.0.2.9', '?'] };
  const calls = { org_id: 'org_1', client_id: 'sp_1', calls: '10', refused: '2' };
  type Rows = { tokens: Parameters<typeof clientsSeen>[0]; calls: Parameters<typeof clientsSeen>[1] };
  const read = (rows: Rows, apis: ReportingApi[] = []): Sighting[] => {
    const reporting = new ReportingApis(apis, { at: time('22T10:00:00'), learningDays: 7 });
    return clientsSeen(rows.tokens, rows.calls).map((seen) => sightingOf(seen, reporting));
  };

  it('tokens and calls of one client at one organization are one', () => {
    const other = { ...calls, org_id: null, scopes: null };
    expect(read({ tokens: [{ ...tokens, scopes: null }], calls: [{ ...calls, scopes: ['https://a\nr w'] }, other] })).toMatchObject([
      {
        client: { id: 'sp_1', orgId: 'org_1', name: 'x' },
        tokens: 3,
        refusedTokens: 1,
        networks: ['192.0.2.0/24'],
        calls: 10,
        refusedCalls: 2,
        scopes: [{ label: 'r at https://a' }, { label: 'w at https://a' }],
      },
      { client: { id: 'sp_1', orgId: undefined }, tokens: 0, calls: 10 },
    ]);
  });

  it('scopes of tokens count where guards report nothing, and a use is settled once its API has reported for long enough', () => {
    const apis = [
      { audience: 'https://old', since: time('15T10:00:00') },
      { audience: 'https://new', since: time('15T11:00:00') },
    ];
    const scopes = ['https://old\nr w', 'https://new\nr', 'https://silent\nr'];
    const rows = { tokens: [{ ...tokens, scopes }], calls: [{ ...calls, scopes: ['https://old\nr', 'https://new\nr'] }] };
    expect(read(rows, apis)[0]?.scopes).toEqual([
      { label: 'r at https://silent', isSettled: true },
      { label: 'r at https://old', isSettled: true },
      { label: 'r at https://new', isSettled: false },
    ]);
  });
});
