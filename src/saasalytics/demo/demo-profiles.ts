/** A kind of business whose customers the demo invents. */
export interface DemoProfile {
  readonly timezone: string;
  readonly currency: string;
  readonly plan: string;
  readonly customersAtStart: number;
  /** New customers a day at the start of the 90 days; at their end twice as many. */
  readonly signupsPerDay: number;
  readonly monthlyChurn: number;
  /** Events of a customer on a working day. */
  readonly dailyEvents: number;
  readonly countries: readonly (readonly [DemoCountry, number])[];
  readonly segments: readonly (readonly [DemoSegment, number])[];
}

/** Hours that a country is ahead of UTC; near enough for a rhythm of the day. */
export const COUNTRY_HOURS = { US: -5, CA: -5, BR: -3, GB: 0, DE: 1, FR: 1, NL: 1, PL: 1, SE: 1, IN: 5, SG: 8, AU: 10 } as const;
export type DemoCountry = keyof typeof COUNTRY_HOURS;

export const SEGMENTS = {
  startup: { plan: 'starter', priceCents: 4_900, activity: 0.6 },
  mid_market: { plan: 'growth', priceCents: 19_900, activity: 1.1 },
  enterprise: { plan: 'scale', priceCents: 79_900, activity: 2.4 },
} as const;
export type DemoSegment = keyof typeof SEGMENTS;

export const DEMO_PROFILES: readonly DemoProfile[] = [
  {
    timezone: 'America/New_York',
    currency: 'USD',
    plan: 'scale',
    customersAtStart: 320,
    signupsPerDay: 0.9,
    monthlyChurn: 0.04,
    dailyEvents: 1.68,
    countries: [
      ['US', 52],
      ['CA', 12],
      ['GB', 10],
      ['BR', 9],
      ['IN', 9],
      ['AU', 8],
    ],
    segments: [
      ['startup', 50],
      ['mid_market', 35],
      ['enterprise', 15],
    ],
  },
  {
    timezone: 'Europe/Berlin',
    currency: 'EUR',
    plan: 'growth',
    customersAtStart: 210,
    signupsPerDay: 1.8,
    monthlyChurn: 0.06,
    dailyEvents: 2.32,
    countries: [
      ['DE', 40],
      ['FR', 16],
      ['NL', 12],
      ['PL', 10],
      ['SE', 8],
      ['GB', 8],
      ['SG', 6],
    ],
    segments: [
      ['startup', 64],
      ['mid_market', 28],
      ['enterprise', 8],
    ],
  },
];

/** Any number has a profile; the seed still differs. */
export function demoProfile(number: number): DemoProfile {
  return DEMO_PROFILES[number % DEMO_PROFILES.length]!;
}
