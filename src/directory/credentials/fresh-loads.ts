interface Loads<T> {
  readonly running: Promise<T>;
  next?: Promise<T>;
}

/**
 * Reads what memory must not answer, by two loads per id at most: one runs, and whoever comes meanwhile shares the next, for the running
 * one may have read before the change that they must see. Where the running one fails they fail with it: while the database is away,
 * nobody waits for it twice.
 */
export class FreshLoads<T> {
  private readonly loads = new Map<string, Loads<T>>();

  constructor(private readonly load: (id: string) => Promise<T>) {}

  /** As it is now or later, never as it was before this call. */
  find(id: string): Promise<T> {
    const loads = this.loads.get(id);
    if (!loads) return this.start(id);
    return (loads.next ??= loads.running.then(() => this.start(id)));
  }

  private start(id: string): Promise<T> {
    const running = this.load(id).then(
      (found) => {
        if (loads.next === undefined) this.loads.delete(id);
        return found;
      },
      (error: unknown) => {
        this.loads.delete(id);
        throw error;
      },
    );
    const loads: Loads<T> = { running };
    this.loads.set(id, loads);
    return running;
  }
}
