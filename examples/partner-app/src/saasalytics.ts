import { JustChanged, type Connection, type Countersign } from './connection.js';

const WEEKS = 8;
const DAY_MS = 24 * 60 * 60 * 1000;
const METRICS = ['revenue', 'active_customers', 'new_customers', 'events'] as const;

export interface Metric {
  readonly name: (typeof METRICS)[number];
  readonly unit: 'count' | 'cents';
  readonly currency: string;
  readonly total: number;
  /** By week, oldest first. */
  readonly values: readonly number[];
}

export interface Report {
  readonly weeks: readonly Date[];
  readonly metrics: readonly Metric[];
}

interface MetricsAnswer {
  unit: 'count' | 'cents';
  currency: string;
  buckets: string[];
  series: { total: number; values: number[] }[];
}

/** Saasalytics, for one person after the other. */
export class Saasalytics {
  constructor(
    private readonly countersign: Countersign,
    private readonly api: string,
  ) {}

  /** What the organization calls itself; undefined where the person did not allow that to be read. */
  async organization(connection: Connection): Promise<string | undefined> {
    if (!connection.scopes.includes('read:account')) return undefined;
    return (await this.get<{ display_name: string }>(connection, '/v1/account')).display_name;
  }

  /** The last weeks; undefined where the person did not allow it. */
  async report(connection: Connection): Promise<Report | undefined> {
    if (!connection.scopes.includes('read:analytics-data')) return undefined;
    const from = mondayWeeksAgo(WEEKS - 1);
    const answers = await Promise.all(
      METRICS.map((metric) => this.get<MetricsAnswer>(connection, `/v1/metrics?metric=${metric}&interval=week&from=${from}`)),
    );
    return {
      weeks: (answers[0]?.buckets ?? []).map((start) => new Date(start)),
      metrics: answers.map(({ unit, currency, series: [one] }, i) => ({
        name: METRICS[i] ?? 'events',
        unit,
        currency,
        total: one?.total ?? 0,
        values: one?.values ?? [],
      })),
    };
  }

  /** A token that is refused is renewed once. Where the person took it back, there is no other. @throws NoLongerConnected, JustChanged */
  private async get<T>(connection: Connection, path: string): Promise<T> {
    const token = await this.countersign.accessToken(connection);
    let response = await this.ask(path, token);
    if (response.status === 401) {
      // Unless another request has renewed it in the meantime.
      if (connection.accessToken === token) await this.countersign.renew(connection);
      response = await this.ask(path, connection.accessToken);
    }
    if (response.status === 401) throw new JustChanged();
    if (!response.ok) throw new Error(`Saasalytics answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  private ask(path: string, token: string): Promise<Response> {
    return fetch(this.api + path, { headers: { authorization: `Bearer ${token}` } });
  }
}

/** As a date, so that it is midnight in the time zone of the account. */
function mondayWeeksAgo(weeks: number): string {
  const today = new Date();
  const days = ((today.getUTCDay() + 6) % 7) + weeks * 7;
  return new Date(today.getTime() - days * DAY_MS).toISOString().slice(0, 10);
}
