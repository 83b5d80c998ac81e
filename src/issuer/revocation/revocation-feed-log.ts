import type { RevocationEntry } from '@countersign/resource-server';

const CAPACITY = 5_000;

/** The newest revocations in their order, for guards that were away for a moment. Who was away longer takes a snapshot. */
export class RevocationFeedLog {
  private entries: RevocationEntry[] = [];
  /** It is complete after this position. */
  private start = 0;
  private end = 0;

  constructor(private readonly capacity = CAPACITY) {}

  /** The last entry there is. */
  get position(): number {
    return this.end;
  }

  /** In order, as the table gives them. */
  append(entries: readonly RevocationEntry[]): void {
    this.entries = [...this.entries, ...entries];
    this.end = this.entries.at(-1)?.seq ?? this.end;
    const dropped = this.entries.splice(0, Math.max(0, this.entries.length - this.capacity));
    this.start = dropped.at(-1)?.seq ?? this.start;
  }

  /** What came after `from`, up to `to`; undefined when some of it is no longer here. */
  between(from: number, to: number): readonly RevocationEntry[] | undefined {
    if (from < this.start) return undefined;
    return this.entries.filter(({ seq }) => seq > from && seq <= to);
  }
}
