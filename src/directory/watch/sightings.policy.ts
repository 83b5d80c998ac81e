import type { Sighting, UsedScope } from './client-memory.js';
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

/**
 * One sighting per client and organization. What an API's guards report says which scopes were used; where they report nothing, those
 * of the tokens must do.
 * @param at now, as far as the rows are concerned.
 */
export function sightingsOf(
  rows: { readonly tokens: readonly TokenRow[]; readonly calls: readonly CallRow[] },
  apis: readonly ReportingApi[],
  { at, learningDays }: { at: Date; learningDays: number },
): Sighting[] {
  const since = new Map(apis.map((api) => [api.audience, api.since.getTime()]));
  const newest = at.getTime() - learningDays * DAY_MS;
  const settled = (audience: string): boolean => (since.get(audience) ?? 0) <= newest;
  const sightings = new Map<string, Sighting>();
  for (const row of rows.tokens) {
    const scopes = scopesOf(row, settled).filter(({ audience }) => !since.has(audience));
    const networks = [...new Set((row.addresses ?? []).flatMap((address) => networkOf(address) ?? []))].sort();
    sightings.set(keyOf(row), {
      ...nothingOf(row, row.name ?? undefined),
      tokens: Number(row.tokens),
      refusedTokens: Number(row.refused),
      networks,
      scopes: distinct(scopes),
    });
  }
  for (const row of rows.calls) {
    const known = sightings.get(keyOf(row)) ?? nothingOf(row, undefined);
    const scopes = distinct([...known.scopes, ...scopesOf(row, settled)]);
    sightings.set(keyOf(row), { ...known, calls: Number(row.calls), refusedCalls: Number(row.refused), scopes });
  }
  return [...sightings.values()];
}

function nothingOf({ client_id: id, org_id: orgId }: RowOfClient, name: string | undefined): Sighting {
  const client = { id, orgId: orgId ?? undefined, name };
  return { client, tokens: 0, refusedTokens: 0, networks: [], calls: 0, refusedCalls: 0, scopes: [] };
}

function scopesOf({ scopes }: RowOfClient, settled: (audience: string) => boolean): (UsedScope & { readonly audience: string })[] {
  return (scopes ?? []).flatMap((line) => {
    const [audience = '', names = ''] = line.split('\n');
    const isSettled = settled(audience);
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
