/** The one shape of every extension point: a list of named implementations without duplicates. */
export class Registry<T extends { readonly name: string }> implements Iterable<T> {
  private readonly byName = new Map<string, T>();

  constructor(
    /** What is registered, for messages: `grant`, `client authentication method`. */
    readonly kind: string,
    items: Iterable<T>,
  ) {
    for (const item of items) {
      if (this.byName.has(item.name)) throw new Error(`Two ${kind}s are called "${item.name}".`);
      this.byName.set(item.name, item);
    }
  }

  find(name: string): T | undefined {
    return this.byName.get(name);
  }

  get(name: string): T {
    const item = this.byName.get(name);
    if (!item) throw new Error(`There is no ${this.kind} called "${name}".`);
    return item;
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.byName.values();
  }
}
