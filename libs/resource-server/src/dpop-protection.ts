import { DpopProofRefused, DpopVerifier, type ClaimedDpopProof, type DpopNonces } from '@countersign/oauth';
import { headerLines } from './header-lines.js';
import type { HttpRequestFacts } from './http-request-facts.js';
import { MemoryReplayStore, type ReplayStore } from './replay-store.js';
import { ReplaysUnavailable } from './replays-unavailable.js';

export interface DpopOptions {
  /**
   * Where clients reach the API: scheme, host, and the path that a proxy takes off before the request comes here. Default: the origin of
   * the audience. Never what `Host` says.
   */
  externalUrl?: string | readonly string[];
  /** Used proofs. Default: in memory, which is enough for one process; replicas share one. */
  replays?: ReplayStore;
  /** Given: every proof needs a nonce of these (RFC 9449 §9). */
  nonces?: DpopNonces | undefined;
  /** How far `iat` may be from now; default 60, at most 300. */
  maxProofAgeSeconds?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/** RFC 9449 §7: the proofs of requests to one API. */
export class DpopProtection {
  private readonly verifier: DpopVerifier;
  private readonly replays: ReplayStore;
  private readonly bases: readonly string[];

  /** @throws TypeError where it cannot be known how clients reach the API */
  constructor(audience: string, { externalUrl, replays, nonces, maxProofAgeSeconds, clock }: DpopOptions = {}) {
    this.bases = [externalUrl ?? originOf(audience)].flat().map((url) => url.replace(/\/+$/, ''));
    this.replays = replays ?? new MemoryReplayStore(undefined, clock);
    this.verifier = new DpopVerifier({
      nonces,
      ...(maxProofAgeSeconds !== undefined && { maxAgeSeconds: maxProofAgeSeconds }),
      ...(clock && { clock }),
    });
  }

  /** For the next proof; undefined where none is demanded. */
  nonce(): string | undefined {
    return this.verifier.nonces?.current();
  }

  /** All but the signature of the proof. @throws DpopProofRefused */
  examine(request: HttpRequestFacts, accessToken: string): ClaimedDpopProof {
    const [proof, another] = headerLines(request, 'dpop');
    // RFC 9449 §4.3: exactly one.
    if (proof === undefined) throw new DpopProofRefused('missing', 'Send a DPoP proof in the header DPoP.');
    if (another !== undefined) throw new DpopProofRefused('several', 'Send one DPoP header.');
    const path = pathOf(request);
    const targets = this.bases.map((base) => base + path);
    return this.verifier.examine({ proof, method: request.method ?? '', targets, accessToken });
  }

  /**
   * Verifies the signature and uses the proof up. Last of all: whoever has no good token costs no signature with a key of their choice, and
   * does not fill the store.
   * @throws DpopProofRefused, ReplaysUnavailable
   */
  async redeem(claimed: ClaimedDpopProof): Promise<void> {
    const proof = await this.verifier.verifySignature(claimed);
    const isFirst = await this.replays.claim(proof).catch((cause: unknown) => {
      throw new ReplaysUnavailable(cause);
    });
    if (!isFirst) throw new DpopProofRefused('replayed', 'The DPoP proof was used before. Make one for each request.');
  }
}

function originOf(audience: string): string {
  if (!/^https?:\/\//.test(audience) || !URL.canParse(audience))
    throw new TypeError(`DPoP needs externalUrl: the audience ${JSON.stringify(audience)} does not say how clients reach the API.`);
  return new URL(audience).origin;
}

function pathOf({ originalUrl, url }: HttpRequestFacts): string {
  const asked = originalUrl ?? url ?? '';
  const path = asked.startsWith('/') ? asked : URL.canParse(asked) ? new URL(asked).pathname : '';
  return path.split(/[?#]/, 1)[0] ?? '';
}
