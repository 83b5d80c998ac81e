import { textArray } from '../database/index.js';
import { AUDIT_COLUMNS, type AuditRow } from './audit-row.js';

/** A single-use value on which the row at that index depends; an index past the rows: the value alone. */
export interface Claim {
  readonly row: number;
  readonly owner: string;
  readonly digest: Buffer;
  readonly expiresAt: Date;
}

const COLUMNS = AUDIT_COLUMNS.join(', ');
const TEXT_COLUMNS = AUDIT_COLUMNS.slice(0, -1);
const UNNEST = TEXT_COLUMNS.map((column, i) => `$${i + 1}::${column === 'time' ? 'timestamptz' : 'text'}[]`).join(', ');
const DETAILS = `$${TEXT_COLUMNS.length + 1}`;
const CLAIM = (n: number): string => `$${TEXT_COLUMNS.length + 1 + n}`;
// The details go in as one JSON array: quoting each of them once more for an array of texts costs more than all other columns.
const ROWS = `ROWS FROM (unnest(${UNNEST}), jsonb_array_elements(${DETAILS}::jsonb))`;

export const INSERT_BATCH = `INSERT INTO audit_events (${COLUMNS}) SELECT ${COLUMNS} FROM ${ROWS} AS t(${COLUMNS})`;

/** Claims single-use values and leaves out the rows that lost one: against an earlier statement, or against an earlier row of this one. */
export const INSERT_CLAIMING_BATCH = `
  WITH claims AS (SELECT * FROM unnest(${CLAIM(1)}::int[], ${CLAIM(2)}::text[], ${CLAIM(3)}::bytea[], ${CLAIM(4)}::timestamptz[]) AS c(row, owner, digest, expires_at)),
       won AS (INSERT INTO single_use_values (owner, digest, expires_at) SELECT owner, digest, expires_at FROM claims
               ON CONFLICT DO NOTHING RETURNING owner, digest),
       winners AS (SELECT owner, digest, min(claims.row) AS row FROM claims JOIN won USING (owner, digest) GROUP BY owner, digest),
       lost AS (SELECT claims.row, claims.owner FROM claims LEFT JOIN winners USING (owner, digest) WHERE winners.row IS DISTINCT FROM claims.row),
       written AS (INSERT INTO audit_events (${COLUMNS}) SELECT ${COLUMNS} FROM ${ROWS} WITH ORDINALITY AS t(${COLUMNS}, ordinal)
                   WHERE ordinal - 1 NOT IN (SELECT row FROM lost))
  SELECT row, owner FROM lost`;

export function batchParameters(rows: readonly AuditRow[]): string[] {
  const texts = TEXT_COLUMNS.map((_, column) => textArray(rows.map((row) => row[column] ?? null)));
  return [...texts, `[${rows.map((row) => row.at(-1)).join(',')}]`];
}

export function claimParameters(claims: readonly Claim[]): unknown[] {
  return [
    claims.map(({ row }) => row),
    claims.map(({ owner }) => owner),
    claims.map(({ digest }) => digest),
    claims.map(({ expiresAt }) => expiresAt),
  ];
}
