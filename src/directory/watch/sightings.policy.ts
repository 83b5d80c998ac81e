import type { Sighting, UsedScope, WatchedClient } from './client-memory.js';
import { networkOf } from './network-of.policy.js';
import { DAY_MS } from './normal.policy.js';

interface RowOfClient {
  readonly org_id: string | null;
  readonly client_id: string;
  /** `audience LF scope scope`, each once; null: none. */
  readonly scopes: readonly string[] | null;
}

/** What the audit log holds of a client's tokens in a span. */
export interface TokenRow extends RowOfClient {
  readonly name: string | null;
  readonly tokens: string;
  readonly refused: string;
  readonly addresses: readonly string[] | null;
}

/** What guards have reported of a client's calls in an hour. */
export interface CallRow extends RowOfClient {
  readonly calls: string;
  readonly refused: string;
}

/** An API whose guards report, and the first hour that is known. */
export interface ReportingApi {
  readonly audience: string;
  readonly since: Date;
}

/** What was read of one client at one organization. */
export interface SeenClient {
  readonly client: WatchedClient;
  readonly token: TokenRow | undefined;
  readonly call: CallRow | undefined;
}

/** One per client and organization. */
export function clientsSeen(tokens: readonly TokenRow[], calls: readonly CallRow[]): SeenClient[] {
  const seen = new Map<string, SeenClient>(
    tokens.map((token) => [keyOf(token), { client: clientOf(token, token.name), token, call: undefined }]),
  );
  for (const call of calls) seen.set(keyOf(call), { client: clientOf(call, null), token: undefined, ...seen.get(keyOf(call)), call });
  return [...seen.values()];
}

/** Which APIs' guards report, and for how long. */
export class ReportingApis {
  private readonly since: ReadonlyMap<string, number>;
  private readonly newest: number;

  /** @param at now, as far as what was read is concerned. */
  constructor(apis: readonly ReportingApi[], { at, learningDays }: { at: Date; learningDays: number }) {
    this.since = new Map(apis.map(({ audience, since }) => [audience, since.getTime()]));
    this.newest = at.getTime() - learningDays * DAY_MS;
  }

  has(audience: string): boolean {
    return this.since.has(audience);
  }

  /** Whether what is called there is known, or never will be. */
  isSettled(audience: string): boolean {
    return (this.since.get(audience) ?? 0) <= this.newest;
  }
}

/** What an API's guards report says which scopes were used; where they report nothing, those of the tokens must do. */
export function sightingOf({ client, token, call }: SeenClient, apis: ReportingApis): Sighting {
  const carried = scopesOf(token, apis).filter(({ audience }) => !apis.has(audience));
  return {
    client,
    tokens: Number(token?.tokens ?? 0),
    refusedTokens: Number(token?.refused ?? 0),
    networks: [...new Set((token?.addresses ?? []).flatMap((address) => networkOf(address) ?? []))].sort(),
    calls: Number(call?.calls ?? 0),
    refusedCalls: Number(call?.refused ?? 0),
    scopes: distinct([...carried, ...scopesOf(call, apis)]),
  };
}

function clientOf({ client_id: id, org_id: orgId }: RowOfClient, name: string | null): WatchedClient {
  return { id, orgId: orgId ?? undefined, name: name ?? undefined };
}

function scopesOf(row: RowOfClient | undefined, apis: ReportingApis): (UsedScope & { readonly audience: string })[] {
  return (row?.scopes ?? []).flatMap((line) => {
    const [audience = '', names = ''] = line.split('\n');
    const isSettled = apis.isSettled(audience);
    return names
      .split(' ')
      .filter((name) => name !== '')
      .map((name) => ({ label: `${name} at ${audience}`, isSettled, audience }));
  });
}

function distinct(scopes: readonly UsedScope[]): UsedScope[] {
  return [...new Map(scopes.map(({ label, isSettled }) => [label, { label, isSettled }])).values()];
}

/** Of a client on the data of an organization. */
export function keyOf({ client_id, org_id }: Pick<RowOfClient, 'client_id' | 'org_id'>): string {
  return `${client_id} ${org_id ?? ''}`;
}
