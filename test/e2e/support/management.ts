import { Operator, type OrgMade, type PrincipalMade } from '../../support/builders.js';
import type { TestServer } from '../../support/countersign.js';
import { call, tokenOf, type Answer } from '../../support/requests.js';

/** Rights that an organization's administrators usually have. */
export const TENANT_RIGHTS = ['read:orgs', 'read:apis', 'read:service-principals', 'write:service-principals', 'read:audit-events'];

/** Any answer of the management API. */
export interface Document {
  [member: string]: unknown;
  id: string;
}

export interface ListOf<T> {
  data: T[];
  next_cursor: string | null;
}

type Headers = Record<string, string>;

/** The server's APIs as one caller sees them. */
export class ApiCaller {
  constructor(
    readonly url: string,
    readonly token: string | undefined,
  ) {}

  get<T = Document>(path: string, headers?: Headers): Promise<Answer<T>> {
    return call<T>('GET', this.url + path, this.token, undefined, headers);
  }

  post<T = Document>(path: string, body?: unknown, headers?: Headers): Promise<Answer<T>> {
    return call<T>('POST', this.url + path, this.token, body, headers);
  }

  patch<T = Document>(path: string, body: unknown): Promise<Answer<T>> {
    return call<T>('PATCH', this.url + path, this.token, body);
  }

  delete(path: string): Promise<Answer<Document>> {
    return call<Document>('DELETE', this.url + path, this.token);
  }

  /** All pages of a list. */
  async all<T = Document>(path: string, limit = 100): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const answer: Answer<ListOf<T>> = await this.get<ListOf<T>>(`${path}${separator}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
      if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
      rows.push(...answer.body.data);
      cursor = answer.body.next_cursor;
    } while (cursor);
    return rows;
  }
}

export async function operatorOf(server: TestServer): Promise<{ operator: Operator; api: ApiCaller }> {
  const operator = await Operator.of(server);
  return { operator, api: new ApiCaller(server.url, operator.token) };
}

export interface Tenant {
  readonly org: OrgMade;
  readonly administrator: PrincipalMade;
  readonly api: ApiCaller;
}

/** An organization with an administrator of its own; `analytics` are scopes that it holds beside. */
export async function aTenant(
  operator: Operator,
  {
    rights = TENANT_RIGHTS,
    analytics = ['read:analytics-data'],
    ...fields
  }: { rights?: string[]; analytics?: string[]; [field: string]: unknown } = {},
): Promise<Tenant> {
  const { url } = operator.server;
  const org = await operator.anOrg(fields);
  const grants = [
    { audience: `${url}/v1`, scopes: rights },
    ...(analytics.length > 0 ? [{ audience: `${url}/analytics`, scopes: analytics }] : []),
  ];
  const administrator = await operator.aServicePrincipal(org.id, { name: 'Administrator', grants });
  const token = await tokenOf(url, { ...administrator, audience: `${url}/v1` });
  return { org, administrator, api: new ApiCaller(url, token) };
}

/** Status and code, as most refusals are told apart. */
export function refusalOf(answer: Answer<unknown>): [number, unknown] {
  return [answer.status, (answer.body as { code?: unknown }).code];
}

/** Where the answer says the mistakes are. */
export function locationsOf(answer: Answer<unknown>): string[] {
  return ((answer.body as { errors?: { location: string }[] }).errors ?? []).map((error) => error.location);
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly mutates: boolean;
}

/** Every operation that the running server documents below a path. */
export async function documentedOperations(server: TestServer, below: string): Promise<Operation[]> {
  const { body } = await call<{ paths: Record<string, Record<string, { operationId: string }>> }>(
    'GET',
    `${server.url}/docs/openapi.json`,
    undefined,
  );
  return Object.entries(body.paths)
    .filter(([path]) => path.startsWith(below))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({
        id: operationId,
        method: method.toUpperCase(),
        path,
        mutates: method !== 'get',
      })),
    );
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
