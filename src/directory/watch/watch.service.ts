import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../../platform/audit/index.js';
import { Configuration, type Settings } from '../../platform/config/index.js';
import { PlatformTransactions, tryLock, type Transaction } from '../../platform/database/index.js';
import { SYSTEM_ACT } from '../administration/index.js';
import type { ClientMemory, TimeSpan, WatchedClient } from './client-memory.js';
import { hourOf } from './habits.policy.js';
import { judge, type FoundOddity } from './judgement.policy.js';
import { nextSpan } from './next-span.policy.js';
import { keyOf, sightingsOf } from './sightings.policy.js';
import { WATCH_RULES } from './watch-rules.js';
import type { Thresholds } from './watch-rule.js';
import { WatchRepository } from './watch.repository.js';

/** What a round looks at, at most; the rest is for the next. */
const MAX_SPANS = 24;

/** Looks at what clients have done since it last looked, and records what is odd. */
@Injectable()
export class Watch {
  private readonly thresholds: Thresholds;
  private readonly intervalMs: number;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: WatchRepository,
    private readonly audit: AuditLog,
    { settings }: Configuration,
  ) {
    this.thresholds = thresholdsOf(settings);
    this.intervalMs = settings.WATCH_INTERVAL_SECONDS * 1000;
  }

  /** Each span in a transaction of its own: what was looked at, learned and recorded stands together or not at all. */
  async look(now: Date): Promise<void> {
    for (let spans = 0; spans < MAX_SPANS && (await this.transactions.run((tx) => this.lookOnce(tx, now))); spans++);
  }

  /** @returns whether there may be more */
  private async lookOnce(tx: Transaction, now: Date): Promise<boolean> {
    if (!(await tryLock(tx, 'watch'))) return false;
    const span = nextSpan(await this.repository.doneUntil(tx), now, this.intervalMs);
    if (!span) return false;
    await this.watch(tx, span);
    await this.repository.saveDone(tx, span.until);
    return true;
  }

  private async watch(tx: Transaction, span: TimeSpan): Promise<void> {
    const { learningDays } = this.thresholds;
    const rows = { tokens: await this.repository.tokens(tx, span), calls: await this.repository.calls(tx, hourOf(span.from)) };
    const sightings = sightingsOf(rows, await this.repository.reportingApis(tx), { at: span.until, learningDays });
    if (sightings.length === 0) return;
    const known = await this.repository.recall(
      tx,
      sightings.map(({ client }) => client),
    );
    const judged = sightings.map((sighting) => {
      const { id: client_id, orgId } = sighting.client;
      return judge(WATCH_RULES, this.thresholds, {
        known: known.get(keyOf({ client_id, org_id: orgId ?? null })),
        sighting,
        at: span.from,
      });
    });
    await this.repository.save(
      tx,
      judged.map(({ memory }) => memory),
      known,
    );
    await this.audit.recordAll(
      tx,
      judged.flatMap(({ memory, oddities }) => oddities.map((oddity) => eventOf(memory, oddity, span))),
    );
  }
}

function eventOf({ client }: ClientMemory, { rule, seen, normal, advice, figures }: FoundOddity, { until }: TimeSpan): AuditEvent {
  return {
    action: 'client.oddity_noticed',
    actor: SYSTEM_ACT.actor,
    orgId: client.orgId,
    target: { type: kindOf(client), id: client.id, name: client.name },
    details: { rule, seen, normal, advice, figures, seen_until: until.toISOString() },
  };
}

const KINDS: Readonly<Record<string, string>> = {
  sp: 'service_principal',
  svc: 'microservice',
  key: 'api_key',
  pat: 'personal_access_token',
};

/** By the form of its id, which an app may have chosen itself: then it is a web address. */
function kindOf({ id }: WatchedClient): string {
  return KINDS[id.slice(0, id.indexOf('_'))] ?? 'app';
}

function thresholdsOf(settings: Settings): Thresholds {
  return {
    learningDays: settings.WATCH_LEARNING_DAYS,
    denialsPerHour: settings.WATCH_DENIALS_PER_HOUR,
    callsPerHour: settings.WATCH_CALLS_PER_HOUR,
    tokensPerHour: settings.WATCH_TOKENS_PER_HOUR,
    factor: settings.WATCH_FACTOR,
    networks: settings.WATCH_NETWORKS,
    scopes: settings.WATCH_SCOPES,
  };
}
