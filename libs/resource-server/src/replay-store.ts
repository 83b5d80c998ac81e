/** A DPoP proof that was found good, to be used up. */
export interface ProofUse {
  /** RFC 7638 thumbprint of the key that made it. */
  readonly jkt: string;
  /** Names the proof: 43 characters of base64url. */
  readonly id: string;
  /** It need not be remembered for longer. */
  readonly usableUntil: Date;
}

/** Remembers proofs until they are refused for their age (RFC 9449 §11.1). */
export interface ReplayStore {
  /**
   * Atomic: of many that ask for one proof at once exactly one is told true. False: it was used before.
   * @throws anything where that cannot be told; the request is then answered 503 and never let in.
   */
  claim(use: ProofUse): Promise<boolean>;
}

const CAPACITY = 100_000;

/** For one process. Several replicas of an API need a store that they share. */
export class MemoryReplayStore implements ReplayStore {
  /** Until when, in milliseconds since 1970; nearly in the order of time, for all proofs are remembered for about as long. */
  private readonly used = new Map<string, number>();

  constructor(
    private readonly capacity = CAPACITY,
    private readonly clock: () => number = Date.now,
  ) {}

  claim({ id, usableUntil }: ProofUse): Promise<boolean> {
    this.forgetOld();
    if (this.used.has(id)) return Promise.resolve(false);
    // To forget a proof that is still good would be to take it twice.
    if (this.used.size >= this.capacity) return Promise.reject(new Error(`The replay store holds ${this.capacity} proofs.`));
    this.used.set(id, usableUntil.getTime());
    return Promise.resolve(true);
  }

  private forgetOld(): void {
    const now = this.clock();
    for (const [id, until] of this.used) {
      if (until > now) return;
      this.used.delete(id);
    }
  }
}
