import { describe, expect, it } from 'vitest';
import type { ClientHabits, HourFigures, Sighting } from './client-memory.js';
import { judge } from './judgement.policy.js';
import type { ClientFacts, Thresholds } from './watch-rule.js';
import { WATCH_RULES } from './watch-rules.js';

const DAY = '2026-11-22';
const NOON = new Date(`${DAY}T12:00:00Z`);
const THRESHOLDS: Thresholds = {
  learningDays: 7,
  denialsPerHour: 50,
  callsPerHour: 1_000,
  tokensPerHour: 200,
  factor: 5,
  networks: 2,
  scopes: true,
};
const CLIENT = { id: 'sp_1', orgId: 'org_1', name: 'nightly export' };
const READ = 'read:things at https://things.example';
const WRITE = 'write:things at https://things.example';

interface Seen {
  readonly firstSeen?: string;
  readonly figures?: Partial<HourFigures>;
  readonly habits?: Partial<ClientHabits>;
  readonly sighting?: Partial<Sighting>;
  readonly thresholds?: Partial<Thresholds>;
}

/** A client that has been known for a month unless `firstSeen` says otherwise. */
function factsOf({ firstSeen = '2026-10-22', figures, habits, sighting }: Seen): ClientFacts {
  const nothing = { tokens: 0, refusedTokens: 0, calls: 0, refusedCalls: 0 };
  return {
    day: DAY,
    memory: {
      client: CLIENT,
      firstSeenAt: new Date(`${firstSeen}T23:59:00Z`),
      hour: NOON,
      figures: { ...nothing, ...figures },
      habits: { days: [], networks: {}, scopes: [], told: {}, ...habits },
    },
    sighting: { client: CLIENT, ...nothing, networks: [], scopes: [], ...sighting },
  };
}

const day = (name: string, peak: Partial<ClientHabits['days'][number]>): ClientHabits['days'][number] => ({
  day: name,
  tokens: 0,
  calls: 0,
  denials: 0,
  ...peak,
});
const look = (rule: string, seen: Seen): readonly { seen: string; normal: string; figures: object }[] =>
  WATCH_RULES.get(rule).look(factsOf(seen), { ...THRESHOLDS, ...seen.thresholds });

describe('denial_burst', () => {
  it.each<[string, boolean, Seen]>([
    ['as many as are odd', true, { figures: { refusedTokens: 50 } }],
    ['one less', false, { figures: { refusedTokens: 49 } }],
    ['at the token endpoint and at guards together', true, { figures: { refusedTokens: 20, refusedCalls: 30 } }],
    ['of a client that is here for the first time', true, { firstSeen: DAY, figures: { refusedCalls: 50 } }],
    [
      'of a client that is denied a lot all the time',
      false,
      { figures: { refusedCalls: 99 }, habits: { days: [day('2026-11-20', { denials: 20 })] } },
    ],
    [
      'far more than it is denied all the time',
      true,
      { figures: { refusedCalls: 100 }, habits: { days: [day('2026-11-20', { denials: 20 })] } },
    ],
    ['but calls that were let in', false, { figures: { calls: 9_999 } }],
    ['where the rule is off', false, { figures: { refusedCalls: 9_999 }, thresholds: { denialsPerHour: 0 } }],
  ])('%s: %s', (_, isOdd, seen) => {
    expect(look('denial_burst', seen)).toHaveLength(isOdd ? 1 : 0);
  });

  it('says where, and how many there usually are', () => {
    const seen = { figures: { refusedTokens: 20, refusedCalls: 100 }, habits: { days: [day('2026-11-20', { denials: 4 })] } };
    expect(look('denial_burst', seen)).toMatchObject([
      {
        seen: '120 denials in one hour: 20 at the token endpoint, 100 by guards of APIs.',
        normal: 'At most 4 in an hour of the last 28 days, bursts left out; from 50 on it is odd.',
        figures: { denials: 120, busiest_hour: 4, limit: 50 },
      },
    ]);
  });
});

describe('new_network', () => {
  const [home, away] = ['192.0.2.0/24', '203.0.113.0/24'];
  const lives = { networks: { [home]: '2026-11-21' } };
  it.each<[string, boolean, Seen]>([
    ['a network that was never seen', true, { habits: lives, sighting: { networks: [away] } }],
    ['the usual one', false, { habits: lives, sighting: { networks: [home] } }],
    ['of a client that is known for a week', true, { firstSeen: '2026-11-15', habits: lives, sighting: { networks: [away] } }],
    ['of a client that is known for less', false, { firstSeen: '2026-11-16', habits: lives, sighting: { networks: [away] } }],
    ['of a client that has shown none', false, { sighting: { networks: [away] } }],
    ['of one that comes from everywhere', false, { habits: { networks: { a: DAY, b: DAY, c: DAY } }, sighting: { networks: [away] } }],
    ['where the rule is off', false, { habits: lives, sighting: { networks: [away] }, thresholds: { networks: 0 } }],
  ])('%s: %s', (_, isOdd, seen) => {
    expect(look('new_network', seen)).toHaveLength(isOdd ? 1 : 0);
  });

  it('names the new network and the usual ones', () => {
    expect(look('new_network', { habits: lives, sighting: { networks: [home, away] } })).toMatchObject([
      {
        seen: `Tokens went to ${away} for the first time.`,
        normal: `In the last 90 days it came from ${home} only.`,
        figures: { networks: [away] },
      },
    ]);
  });
});

describe('new_scope', () => {
  const used = { scopes: [READ] };
  const writes = { scopes: [{ label: WRITE, isSettled: true }] };
  it.each<[string, boolean, Seen]>([
    ['a scope that it never used', true, { habits: used, sighting: writes }],
    ['one that it uses', false, { habits: used, sighting: { scopes: [{ label: READ, isSettled: true }] } }],
    ['of a client that is known for less than a week', false, { firstSeen: '2026-11-16', habits: used, sighting: writes }],
    ['of a client whose use has not been told until now', false, { sighting: writes }],
    ['at an API that has only begun to report', false, { habits: used, sighting: { scopes: [{ label: WRITE, isSettled: false }] } }],
    [
      'of a client with more than are remembered',
      false,
      { habits: { scopes: Array.from({ length: 500 }, (_, i) => `s${i}`) }, sighting: writes },
    ],
    ['where the rule is off', false, { habits: used, sighting: writes, thresholds: { scopes: false } }],
  ])('%s: %s', (_, isOdd, seen) => {
    expect(look('new_scope', seen)).toHaveLength(isOdd ? 1 : 0);
  });

  it('names the scope and what was used until now', () => {
    expect(look('new_scope', { habits: used, sighting: writes })).toMatchObject([
      { seen: `It used ${WRITE} for the first time.`, normal: `Until now it has used ${READ} only.`, figures: { scopes: [WRITE] } },
    ]);
  });
});

describe('high_volume', () => {
  const learned = { days: [day('2026-11-10', { calls: 300, tokens: 60 }), day('2026-11-20', { calls: 10, tokens: 1 })] };
  it.each<[string, boolean, Seen]>([
    ['five times the busiest hour', true, { figures: { calls: 1_500 }, habits: learned }],
    ['less', false, { figures: { calls: 1_499 }, habits: learned }],
    ['tokens alike', true, { figures: { tokens: 300 }, habits: learned }],
    ['less of them', false, { figures: { tokens: 299 }, habits: learned }],
    ['far more than ever, but still little', false, { figures: { calls: 999 }, habits: { days: [day('2026-11-10', { calls: 1 })] } }],
    ['little that has become much', true, { figures: { calls: 1_000 }, habits: { days: [day('2026-11-10', { calls: 1 })] } }],
    [
      'of a client that has called for less than a week',
      false,
      { figures: { calls: 9_999 }, habits: { days: [day('2026-11-16', { calls: 1 })] } },
    ],
    [
      'of a client that has not called until now',
      false,
      { figures: { calls: 9_999 }, habits: { days: [day('2026-11-10', { tokens: 1 })] } },
    ],
    ['where the rule is off', false, { figures: { calls: 9_999 }, habits: learned, thresholds: { callsPerHour: 0 } }],
  ])('%s: %s', (_, isOdd, seen) => {
    expect(look('high_volume', seen)).toHaveLength(isOdd ? 1 : 0);
  });

  it('calls and tokens are two oddities', () => {
    expect(look('high_volume', { figures: { calls: 2_000, tokens: 400 }, habits: learned })).toMatchObject([
      { seen: '2000 calls in one hour.', normal: 'At most 300 in an hour of the last 28 days; from 1500 on it is odd.' },
      { seen: '400 tokens in one hour.', figures: { tokens: 400, busiest_hour: 60, limit: 300 } },
    ]);
  });
});

describe('judging', () => {
  const sighting = (fields: Partial<Sighting>): Sighting => factsOf({ sighting: fields }).sighting;
  const at = (time: string): Date => new Date(`2026-11-${time}:00Z`);

  it('what lasts is said once a day', () => {
    let known = judge(WATCH_RULES, THRESHOLDS, { known: undefined, sighting: sighting({ refusedTokens: 40 }), at: at('22T09:00') }).memory;
    const said: string[][] = [];
    for (const time of ['22T09:30', '22T09:45', '22T13:00', '23T00:10', '23T04:00']) {
      const judged = judge(WATCH_RULES, THRESHOLDS, {
        known,
        sighting: sighting({ refusedTokens: time === '22T09:30' ? 10 : 300 }),
        at: at(time),
      });
      known = judged.memory;
      said.push(judged.oddities.map(({ rule }) => rule));
    }
    // The burst of the first day is not what the second is measured by: only its hour before is.
    expect(said).toEqual([['denial_burst'], [], [], ['denial_burst'], []]);
  });

  it('what is denied too often every day is said every day, and does not become normal', () => {
    let known = factsOf({ habits: { days: [day('2026-11-20', { denials: 4 })] } }).memory;
    const said: string[][] = [];
    for (const time of ['22T12:10', '22T18:00', '23T09:00', '23T10:00', '24T00:00']) {
      const judged = judge(WATCH_RULES, THRESHOLDS, { known, sighting: sighting({ refusedCalls: 60 }), at: at(time) });
      known = judged.memory;
      said.push(judged.oddities.map(({ rule }) => rule));
    }
    expect(said).toEqual([['denial_burst'], [], ['denial_burst'], [], ['denial_burst']]);
    expect(known.habits.days.map(({ denials }) => denials)).toEqual([4, 0, 0]);
  });

  it('what is new is new once', () => {
    const { memory } = factsOf({ habits: { networks: { 'a/24': '2026-11-21' }, scopes: [READ] } });
    const seen = sighting({ networks: ['b/24'], scopes: [{ label: WRITE, isSettled: true }] });
    const first = judge(WATCH_RULES, THRESHOLDS, { known: memory, sighting: seen, at: NOON });
    expect(first.oddities.map(({ rule }) => rule)).toEqual(['new_network', 'new_scope']);
    const second = judge(WATCH_RULES, THRESHOLDS, { known: first.memory, sighting: seen, at: NOON });
    expect(second.oddities).toEqual([]);
    expect(second.memory.habits).toBe(first.memory.habits);
  });

  it('the hours of a day become its busiest one, and what is older than 28 days is forgotten', () => {
    let known = factsOf({
      habits: { days: [day('2026-10-24', { calls: 9 }), day('2026-10-26', { calls: 8 })], networks: { 'old/24': '2026-08-01' } },
    }).memory;
    for (const [time, calls] of [
      ['22T12:00', 5],
      ['22T12:30', 7],
      ['22T13:00', 3],
      ['23T01:00', 1],
    ] as const)
      known = judge(WATCH_RULES, THRESHOLDS, { known, sighting: sighting({ calls, tokens: 1 }), at: at(time) }).memory;
    expect(known.habits).toMatchObject({
      days: [day('2026-10-26', { calls: 8 }), day('2026-11-22', { calls: 7, tokens: 2 })],
      networks: {},
    });
    expect(known.figures).toEqual({ tokens: 1, refusedTokens: 0, calls: 1, refusedCalls: 0 });
  });
});
