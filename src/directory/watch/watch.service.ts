import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../../platform/audit/index.js';
import { Configuration, type Settings } from '../../platform/config/index.js';
import { PlatformTransactions, tryLock, type Transaction } from '../../platform/database/index.js';
import { SYSTEM_ACT } from '../administration/index.js';
import type { ClientMemory, Sighting, TimeSpan, WatchedClient } from './client-memory.js';
import { hourOf } from './habits.policy.js';
import { judge, type FoundOddity } from './judgement.policy.js';
import { nextSpan } from './next-span.policy.js';
import { clientsSeen, keyOf, ReportingApis, sightingOf } from './sightings.policy.js';
import { WATCH_RULES } from './watch-rules.js';
import type { Thresholds } from './watch-rule.js';
import { WatchRepository } from './watch.repository.js';

/** What a round looks at, at most; the rest is for the next. */
const MAX_SPANS = 24;
/** Clients that are judged at once. */
const SLICE = 250;

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
    const seen = clientsSeen(await this.repository.tokens(tx, span), await this.repository.calls(tx, hourOf(span.from)));
    const apis = new ReportingApis(await this.repository.reportingApis(tx), { at: span.until, learningDays });
    // In slices, between which requests have their turn.
    for (let first = 0; first < seen.length; first += SLICE) {
      const sightings = seen.slice(first, first + SLICE).map((client) => sightingOf(client, apis));
      await this.judgeAll(tx, sightings, span);
    }
  }

  private async judgeAll(tx: Transaction, sightings: readonly Sighting[], span: TimeSpan): Promise<void> {
    const clients = sightings.map(({ client }) => client);
    const memories = await this.repository.recall(tx, clients);
    const judged = sightings.map((sighting) => {
      const { id: client_id, orgId } = sighting.client;
      const known = memories.get(keyOf({ client_id, org_id: orgId ?? null }));
      return judge(WATCH_RULES, this.thresholds, { known, sighting, at: span.from });
    });
    const learned = judged.map(({ memory }) => memory);
    await this.repository.save(tx, learned, memories);
    const events = judged.flatMap(({ memory, oddities }) => oddities.map((oddity) => eventOf(memory, oddity, span)));
    await this.audit.recordAll(tx, events);
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
