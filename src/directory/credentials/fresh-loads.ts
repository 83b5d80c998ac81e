interface Loads<T> {
  readonly running: Promise<T>;
  next?: Promise<T>;
}

/**
 * Reads what memory must not answer, by two loads at a time per id at most: one runs, and whoever comes meanwhile shares the next,
 * for the running one may have read before the change that they must see.
 */
export class FreshLoads<T> {
  private readonly loads = new Map<string, Loads<T>>();

  constructor(private readonly load: (id: string) => Promise<T>) {}

  /** As it is now or later, never as it was before this call. */
  find(id: string): Promise<T> {
    const loads = this.loads.get(id);
    if (!loads) return this.start(id);
    const start = (): Promise<T> => this.start(id);
    return (loads.next ??= loads.running.then(start, start));
  }

  private start(id: string): Promise<T> {
    const running = this.load(id).finally(() => {
      if (loads.next === undefined) this.loads.delete(id);
    });
    const loads: Loads<T> = { running };
    this.loads.set(id, loads);
    return running;
  }
}
