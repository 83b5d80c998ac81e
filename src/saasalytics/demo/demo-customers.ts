import { demoProfile, type DemoCountry, type DemoProfile, type DemoSegment } from './demo-profiles.js';
import { Random } from './random.js';

export const DEMO_DAYS = 90;

/** An invented customer. Days count from the first of the demo; those before it are below zero. */
export interface DemoCustomer {
  readonly id: string;
  readonly name: string;
  readonly segment: DemoSegment;
  readonly country: DemoCountry;
  readonly signupDay: number;
  /** Undefined: never paid. */
  readonly subscriptionDay: number | undefined;
  /** The last day; undefined: stays. */
  readonly churnDay: number | undefined;
  /** How much more than others it does. */
  readonly activity: number;
  readonly random: Random;
}

const FIRST = [
  'Amber',
  'Birch',
  'Cedar',
  'Cobalt',
  'Coral',
  'Crimson',
  'Delta',
  'Ember',
  'Fern',
  'Golden',
  'Harbor',
  'Indigo',
  'Juniper',
  'Lumen',
  'Maple',
  'Nimbus',
  'Opal',
  'Pine',
  'Quartz',
  'Raven',
  'Silver',
  'Tidal',
  'Umbra',
  'Violet',
  'Willow',
];
const SECOND = [
  'Analytics',
  'Bakery',
  'Clinics',
  'Design',
  'Energy',
  'Foods',
  'Freight',
  'Gardens',
  'Health',
  'Insurance',
  'Labs',
  'Learning',
  'Logistics',
  'Media',
  'Mobility',
  'Outdoor',
  'Payments',
  'Robotics',
  'Studios',
  'Textiles',
  'Travel',
  'Ventures',
  'Works',
];

/** The customers of a profile: those who were there, then those who sign up day by day. */
export function demoCustomers(profileNumber: number): DemoCustomer[] {
  const profile = demoProfile(profileNumber);
  const signupDays = signups(profile, new Random(profileNumber * 1_000_003));
  return signupDays.map((day, i) => customer(profile, i, day, new Random(profileNumber * 1_000_003 + i + 1)));
}

function signups(profile: DemoProfile, random: Random): number[] {
  const days = Array.from({ length: profile.customersAtStart }, () => -random.integer(1, 700)).sort((a, b) => a - b);
  for (let day = 0; day < DEMO_DAYS; day++) {
    const count = random.around(profile.signupsPerDay * (1 + day / DEMO_DAYS));
    for (let i = 0; i < count; i++) days.push(day);
  }
  return days;
}

function customer(profile: DemoProfile, index: number, signupDay: number, random: Random): DemoCustomer {
  const segment = random.pick(profile.segments);
  const country = random.pick(profile.countries);
  const existing = signupDay < 0;
  const subscriptionDay = existing ? signupDay + random.integer(0, 13) : random.chance(0.7) ? signupDay + random.integer(1, 14) : undefined;
  return {
    id: `cus_${String(index + 1).padStart(4, '0')}`,
    name: nameOf(index),
    segment,
    country,
    signupDay,
    subscriptionDay,
    churnDay: churnDay(profile.monthlyChurn * (segment === 'enterprise' ? 0.3 : 1), Math.max(0, subscriptionDay ?? signupDay), random),
    activity: 0.3 + 1.4 * random.next(),
    random,
  };
}

function churnDay(monthlyChurn: number, from: number, random: Random): number | undefined {
  for (let day = from + 10; day < DEMO_DAYS; day++) if (random.chance(monthlyChurn / 30)) return day;
  return undefined;
}

// 25 and 23 have no common divisor, so the pairs repeat only after 575 customers.
function nameOf(index: number): string {
  const turn = Math.floor(index / (FIRST.length * SECOND.length));
  return `${FIRST[index % FIRST.length]} ${SECOND[index % SECOND.length]}${turn > 0 ? ` ${turn + 1}` : ''}`;
}
