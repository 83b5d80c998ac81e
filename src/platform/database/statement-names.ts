/** Where it is reached, statements that come later are planned each time, as before. Each name costs every connection some kilobytes. */
const MAX_NAMES = 200;
/** Only what is asked again and again is worth a place. */
const SEEN_BEFORE = 5;
const MAX_SEEN = 2_000;
/** All columns of a table: an upgrade elsewhere may add one, and PostgreSQL refuses a prepared statement whose result has changed. */
const ALL_COLUMNS = /(?<!\()\*/;

/**
 * Names for statements, so that a connection prepares each once: PostgreSQL parses and plans a statement with row-level security
 * for longer than it runs.
 */
export class StatementNames {
  private readonly seen = new Map<string, number>();
  private readonly names = new Map<string, string>();

  /** @returns undefined for a statement that is to be sent as it is */
  of(text: string): string | undefined {
    return this.names.get(text) ?? this.learn(text);
  }

  private learn(text: string): string | undefined {
    if (this.names.size >= MAX_NAMES) return undefined;
    const times = (this.seen.get(text) ?? 0) + 1;
    if (times <= SEEN_BEFORE) {
      if (this.seen.size >= MAX_SEEN) this.seen.clear();
      this.seen.set(text, ALL_COLUMNS.test(text) ? -Infinity : times);
      return undefined;
    }
    this.seen.delete(text);
    const name = `s${this.names.size}`;
    this.names.set(text, name);
    return name;
  }
}
