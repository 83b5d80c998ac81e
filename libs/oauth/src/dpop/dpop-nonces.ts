import { createHmac, timingSafeEqual } from 'node:crypto';

export interface DpopNoncesOptions {
  /** At least 32 secret bytes, the same on every replica. Of several, the first gives out and all are taken: that is how one is changed. */
  key: Uint8Array | readonly Uint8Array[];
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
  private readonly context: string;
  private readonly keys: readonly [Uint8Array, ...Uint8Array[]];
  private readonly known = new Map<number, readonly [string, ...string[]]>();

  /** @throws RangeError when there is no key, or a short one */
  constructor({ key, context, windowSeconds = 150, clock = Date.now }: DpopNoncesOptions) {
    const [first, ...others] = key instanceof Uint8Array ? [key] : key;
    if (!first || [first, ...others].some(({ byteLength }) => byteLength < MIN_KEY_BYTES))
      throw new RangeError(`The key of the nonces has at least ${MIN_KEY_BYTES} bytes.`);
    this.keys = [first, ...others];
    this.context = context;
    this.windowMs = windowSeconds * 1000;
    this.clock = clock;
  }

  /** The one to give out now. */
  current(): string {
    return this.noncesOf(this.window())[0];
  }

  /** Given out now or in the window before; or in the next one, by a replica whose clock is ahead. */
  isGood(nonce: string): boolean {
    const window = this.window();
    const given = Buffer.from(nonce);
    return [window, window - 1, window + 1]
      .flatMap((each) => this.noncesOf(each))
      .some((candidate) => {
        const right = Buffer.from(candidate);
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

  /** One for each key, in their order. */
  private noncesOf(window: number): readonly [string, ...string[]] {
    let nonces = this.known.get(window);
    if (nonces === undefined) {
      const text = `dpop nonce\n${this.context}\n${window}`;
      const [first, ...others] = this.keys;
      nonces = [keyedHash(first, text), ...others.map((key) => keyedHash(key, text))];
      if (this.known.size >= 8) this.known.clear();
      this.known.set(window, nonces);
    }
    return nonces;
  }
}

function keyedHash(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
