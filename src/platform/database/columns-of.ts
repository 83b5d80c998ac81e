/**
 * The columns of a row, for statements that are asked often: those are prepared, and so may not say `*`. The compiler sees that none is
 * missing.
 * @param table the name that the statement gives it
 */
export function columnsOf<Row>(columns: Readonly<Record<keyof Row, true>>, table?: string): string {
  return Object.keys(columns)
    .map((column) => (table === undefined ? column : `${table}.${column}`))
    .join(', ');
}
