import { Buffer } from 'node:buffer';

/** One page of a list, newest first unless its endpoint says otherwise. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque position of the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
}

/** Encodes the key of the last row of a page. Opaque to callers; it grants nothing, because every query is filtered by org. */
export function encodeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** The key in a cursor; undefined when it is not one of ours. */
export function decodeCursor(cursor: string): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(cursor)) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^[\x21-\x7E]+$/.test(key) ? key : undefined;
}

/** Cuts a page from rows that were fetched with `limit + 1`. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : undefined };
}
