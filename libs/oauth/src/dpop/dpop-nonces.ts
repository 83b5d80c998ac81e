import { createHmac, timingSafeEqual } from 'node:crypto';

export interface DpopNoncesOptions {
  /** At least 32 secret bytes, the same on every replica. */
  key: Uint8Array;
  /** Who asks for the nonces, such as the issuer or the identifier of an API: those of one are strangers to all others. */
  context: string;
  /** Each nonce is given out for so long, and taken for as long once more. */
  windowSeconds?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

const MIN_KEY_BYTES = 32;

/**
 * RFC 9449 §8: nonces that nobody stores. Each is the HMAC of a stretch of time, so every replica with the key gives out and takes the
 * same ones.
 */
export class DpopNonces {
  private readonly windowMs: number;
  private readonly clock: () => number;
  private readonly known = new Map<number, string>();

  constructor(private readonly options: DpopNoncesOptions) {
    if (options.key.byteLength < MIN_KEY_BYTES) throw new RangeError(`The key of the nonces has at least ${MIN_KEY_BYTES} bytes.`);
    this.windowMs = (options.windowSeconds ?? 150) * 1000;
    this.clock = options.clock ?? Date.now;
  }

  /** The one to give out now. */
  current(): string {
    return this.nonceOf(this.window());
  }

  /** Given out now or in the window before; or in the next one, by a replica whose clock is ahead. */
  isGood(nonce: string): boolean {
    const window = this.window();
    const given = Buffer.from(nonce);
    return [window, window - 1, window + 1].some((candidate) => {
      const right = Buffer.from(this.nonceOf(candidate));
      return given.length === right.length && timingSafeEqual(given, right);
    });
  }

  /** Milliseconds since 1970: no nonce that is good now is good after. */
  goodUntil(): number {
    return (this.window() + 3) * this.windowMs;
  }

  private window(): number {
    return Math.floor(this.clock() / this.windowMs);
  }

  private nonceOf(window: number): string {
    let nonce = this.known.get(window);
    if (nonce === undefined) {
      nonce = createHmac('sha256', this.options.key).update(`dpop nonce\n${this.options.context}\n${window}`).digest('base64url');
      if (this.known.size >= 8) this.known.clear();
      this.known.set(window, nonce);
    }
    return nonce;
  }
}
