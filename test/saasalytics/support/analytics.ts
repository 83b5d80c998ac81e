import { Operator } from '../../support/builders.js';
import type { TestServer } from '../../support/countersign.js';
import { call, tokenOf, type Answer } from '../../support/requests.js';

export const ALL_SCOPES = [
  'write:customer-events',
  'read:analytics-data',
  'generate:reports',
  'read:reports',
  'read:account',
  'write:account',
];

/** Saasalytics as one client of one organization sees it; paths begin behind /analytics/v1. */
export class Analytics {
  constructor(
    readonly orgId: string,
    private readonly url: string,
    private readonly token: string,
  ) {}

  get<T = Record<string, unknown>>(path: string): Promise<Answer<T>> {
    return call<T>('GET', `${this.url}/analytics/v1${path}`, this.token);
  }

  post<T = Record<string, unknown>>(path: string, body: unknown): Promise<Answer<T>> {
    return call<T>('POST', `${this.url}/analytics/v1${path}`, this.token, body);
  }

  patch<T = Record<string, unknown>>(path: string, body: unknown): Promise<Answer<T>> {
    return call<T>('PATCH', `${this.url}/analytics/v1${path}`, this.token, body);
  }

  /** Uploads events, or the test fails here. */
  async upload(events: readonly object[]): Promise<{ accepted: number; duplicates: number }> {
    const answer = await this.post<{ accepted: number; duplicates: number }>('/events', { events });
    if (answer.status !== 200) throw new Error(`POST /events answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
}

/** A client of a demo organization, with all scopes. */
export async function demoAnalytics(server: TestServer, index: 0 | 1): Promise<Analytics> {
  const { id, service_principals } = server.orgs[index];
  return new Analytics(id, server.url, await tokenOf(server.url, service_principals[0]!));
}

/** A client of a new organization. */
export async function newAnalytics(operator: Operator, scopes = ALL_SCOPES): Promise<Analytics> {
  const { id } = await operator.anOrg();
  return analyticsIn(operator, id, scopes);
}

/** One more client of an organization. */
export async function analyticsIn(operator: Operator, orgId: string, scopes: string[]): Promise<Analytics> {
  const { url } = operator.server;
  const principal = await operator.aServicePrincipal(orgId, { grants: [{ audience: `${url}/analytics`, scopes }] });
  return new Analytics(orgId, url, await tokenOf(url, principal));
}

export function locationsOf(answer: Answer<unknown>): string[] {
  return ((answer.body as { errors?: { location: string }[] }).errors ?? []).map((error) => error.location);
}

export function refusalOf(answer: Answer<unknown>): [number, unknown] {
  return [answer.status, (answer.body as { code?: unknown }).code];
}

export const DAY_MS = 86_400_000;

/** Midnight in UTC, so many days ago. */
export function daysAgo(days: number): Date {
  return new Date(Math.floor(Date.now() / DAY_MS - days) * DAY_MS);
}

export const dateOf = (time: Date): string => time.toISOString().slice(0, 10);
