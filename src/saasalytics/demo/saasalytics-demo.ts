import { Injectable } from '@nestjs/common';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { DEMO_DAYS, demoCustomers } from './demo-customers.js';
import { demoEvents } from './demo-events.js';
import { demoProfile } from './demo-profiles.js';
import { DemoRepository, type DemoRows } from './demo.repository.js';

export interface DemoOrg {
  readonly id: string;
  readonly name: string;
  /** Which invented business it is. The data depends on this number and the end date alone. */
  readonly profile: number;
}

export interface DemoLoad {
  readonly orgId: string;
  readonly customers: number;
  /** 0 where the organization had events already. */
  readonly events: number;
}

const DAY_MS = 86_400_000;
const BATCH = 5_000;

/** Fills organizations with 90 days of invented customers and events. */
@Injectable()
export class SaasalyticsDemo {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly repository: DemoRepository,
  ) {}

  /** @param end the UTC midnight at which the 90 days end; weekends are those of the calendar. */
  async load(orgs: readonly DemoOrg[], end: Date = todaysMidnight()): Promise<DemoLoad[]> {
    const start = end.getTime() - DEMO_DAYS * DAY_MS;
    const loads: DemoLoad[] = [];
    for (const org of orgs) loads.push(await this.transactions.run(org.id, (tx) => this.fill(tx, org, start)));
    return loads;
  }

  private async fill(tx: Transaction, { id: orgId, name, profile }: DemoOrg, start: number): Promise<DemoLoad> {
    if (await this.repository.hasEvents(tx, orgId)) return { orgId, customers: 0, events: 0 };
    const { customers, events } = demoRows(profile, start);
    await this.repository.insertAccount(tx, orgId, { name, ...demoProfile(profile), createdAt: new Date(start) });
    await this.repository.insertCustomers(tx, orgId, customers);
    for (let i = 0; i < events.length; i += BATCH) await this.repository.insertEvents(tx, orgId, events.slice(i, i + BATCH));
    return { orgId, customers: customers.length, events: events.length };
  }
}

/** All rows of a profile. The id of the organization plays no part: it is random. */
export function demoRows(profileNumber: number, start: number): DemoRows {
  const profile = demoProfile(profileNumber);
  const customers: DemoRows['customers'] = [];
  const events: DemoRows['events'] = [];
  for (const customer of demoCustomers(profileNumber)) {
    const own = demoEvents(profile, customer, start);
    const [first, last] = [own[0], own.at(-1)];
    if (!first || !last) continue;
    const { id, name, segment, country, signupDay } = customer;
    customers.push({ id, name, segment, country, firstSeen: signupDay < 0 ? start + signupDay * DAY_MS : first.time, lastSeen: last.time });
    own.forEach((event, i) => events.push({ id: `demo-${id}-${String(i + 1).padStart(4, '0')}`, ...event }));
  }
  return { customers, events: events.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)) };
}

function todaysMidnight(): Date {
  return new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
}
