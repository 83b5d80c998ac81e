import type { lookup as dnsLookup, LookupAddress, LookupAllOptions } from 'node:dns';

/** As much as may be fetched is being fetched; nothing is said about the address. */
export class OutboundBusy extends Error {}

/**
 * How many addresses that strangers named are fetched at a time. A look-up takes a thread that files and keys need too, and goes on
 * after its request was given up; so a place is free again when both have ended.
 */
export class FetchPlaces {
  private readonly taken = new Map<string, number>();
  private total = 0;

  constructor(private readonly limits: { readonly inAll: number; readonly perHost: number }) {}

  /** @param fetch gets `lookup`, watched; asks it once at most @throws OutboundBusy before anything is asked */
  async within<T>(host: string, lookup: typeof dnsLookup, fetch: (lookup: typeof dnsLookup) => Promise<T>): Promise<T> {
    this.take(host);
    let lookedUp: Promise<void> = Promise.resolve();
    const watched = (
      name: string,
      options: LookupAllOptions,
      answer: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
    ): void => {
      lookedUp = new Promise((ended) => {
        lookup(name, options, (error, found) => {
          ended();
          answer(error, found);
        });
      });
    };
    try {
      return await fetch(watched as typeof dnsLookup);
    } finally {
      void lookedUp.then(() => this.release(host));
    }
  }

  private take(host: string): void {
    const ofHost = this.taken.get(host) ?? 0;
    if (this.total >= this.limits.inAll || ofHost >= this.limits.perHost) throw new OutboundBusy('Too many addresses are being fetched.');
    this.taken.set(host, ofHost + 1);
    this.total++;
  }

  private release(host: string): void {
    const left = (this.taken.get(host) ?? 0) - 1;
    if (left > 0) this.taken.set(host, left);
    else this.taken.delete(host);
    this.total--;
  }
}
