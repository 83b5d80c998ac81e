import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { UsageReporter, type DecisionListener, type UsageReport, type UsageReporterEvent } from '@countersign/resource-server';
import { Log } from '../../platform/logging/index.js';
import { ApiCatalogue } from '../api-resources/index.js';
import { UsageIntake } from './usage-intake.service.js';
import { toUsageLine } from './usage-line.js';

/** Usage of the APIs that this process itself guards: counted as a customer's are, and delivered without HTTP. */
@Injectable()
export class OwnUsage implements OnApplicationShutdown {
  private readonly reporters = new Map<string, UsageReporter>();

  constructor(
    private readonly intake: UsageIntake,
    private readonly catalogue: ApiCatalogue,
    private readonly log: Log,
  ) {}

  /** For the guards of this process. */
  readonly record: DecisionListener = (decision) => {
    // A closed route belongs to no API.
    if (decision.audience === '') return;
    const reporter = this.reporters.get(decision.audience) ?? this.add(decision.audience);
    reporter.record(decision);
  };

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.reporters.values()].map((reporter) => reporter.close()));
  }

  private add(audience: string): UsageReporter {
    const reporter = new UsageReporter({ audience, deliver: (report) => this.deliver(report), onEvent: (event) => this.note(event) });
    this.reporters.set(audience, reporter);
    return reporter;
  }

  private async deliver({ report_id: id, audience, entries }: UsageReport): Promise<void> {
    const api = this.catalogue.find(audience);
    if (!api) throw new Error('The API is not registered yet.');
    await this.intake.count(api.id, { id, lines: entries.map(toUsageLine) });
  }

  private note(event: UsageReporterEvent): void {
    if (event.type === 'delivery_failed') this.log.warn('usage.not_written', { error: event.error });
    if (event.type === 'dropped') this.log.warn('usage.lost', { count: event.calls, error: event.error });
  }
}
