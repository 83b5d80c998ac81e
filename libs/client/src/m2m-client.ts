import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import type { AccessToken } from './access-token.js';
import { authorizedFetch, urlOf, type ApiCall } from './authorized-fetch.js';
import { DpopProofs, type ProofTarget } from './dpop/dpop-proofs.js';
import { reachableUrl, requireSecure } from '@countersign/oauth';
import { KeptToken } from './kept-token.js';
import { checkOptions, type CheckedOptions, type M2MClientOptions } from './m2m-client-options.js';
import { TokenEndpoint } from './token-endpoint.js';
import { TokenRequests } from './token-requests.js';
import { normalizeTarget, type NormalTarget, type TokenTarget } from './token-target.js';

/**
 * A program that calls APIs with tokens of its own. Make one and keep it: it asks for a token once, shares it between all who call,
 * and has a new one before the old one ends.
 */
export class M2MClient {
  readonly issuer: string;
  readonly clientId: string;
  // With `#` and not `private`: util.inspect would show what an authentication holds.
  readonly #options: CheckedOptions;
  readonly #requests: TokenRequests;
  readonly #dpop: DpopProofs | undefined;
  readonly #kept: LRUCache<string, KeptToken>;

  /** @throws TypeError that says which option is missing or wrong. */
  constructor(options: M2MClientOptions) {
    const checked = checkOptions(options);
    this.issuer = checked.issuer;
    this.clientId = checked.clientId;
    this.#options = checked;
    const { tokenEndpoint, random, auth, dpop, clock } = checked;
    this.#dpop = dpop && new DpopProofs(dpop === true ? {} : dpop, clock);
    const endpoint =
      tokenEndpoint === undefined
        ? new TokenEndpoint(checked, checked, auth.mutualTls)
        : { locate: () => Promise.resolve(reachableUrl(tokenEndpoint, checked)) };
    this.#requests = new TokenRequests(checked, endpoint, checked, random, this.#dpop);
    this.#kept = new LRUCache({ max: checked.maxTokens });
  }

  /**
   * A token that lives for some seconds at least; without a request to the issuer while there is one.
   * @throws TokenRequestFailed when there is none and none can be had.
   */
  async getToken(target: TokenTarget = {}): Promise<AccessToken> {
    return this.#tokenOf(normalizeTarget(target)).get();
  }

  /**
   * `fetch` with a token of the target, and once more with a new one when the API refuses it (401).
   * @param via sends this call in place of the client's own `fetch`, which goes on to ask for tokens.
   * @throws TokenRequestFailed when there is no token and none can be had; otherwise as `fetch` does.
   */
  async fetch(input: string | URL | Request, init: RequestInit = {}, target: TokenTarget = {}, via?: typeof fetch): Promise<Response> {
    return this.#call({ input, init }, normalizeTarget(target), via);
  }

  /**
   * RFC 8693: a token that passes on for whom this service was called. Kept like any other, once per subject token; the issuer lets
   * none live longer than the token that it comes from.
   * @throws TokenRequestFailed when there is none and none can be had.
   */
  async exchange(subjectToken: string, target: Omit<TokenTarget, 'subjectToken'> = {}): Promise<AccessToken> {
    return this.getToken({ ...target, subjectToken });
  }

  /** A `fetch` for one API, to hand to libraries that take one. */
  fetchFor(target: TokenTarget): typeof fetch {
    const normal = normalizeTarget(target);
    return async (input, init = {}) => this.#call({ input, init }, normal);
  }

  /**
   * For calls that do not go through `fetch`: the value of the `DPoP` header for one request with a token of this client, which goes under
   * the scheme DPoP. An answer with a `DPoP-Nonce` header is handed to `noteDpopNonce`, with the proof.
   * @throws TypeError where the client was made without `dpop`
   */
  async dpopProof(request: ProofTarget & { readonly accessToken: string }): Promise<string> {
    return (await this.#proofs().make(request)).proof;
  }

  /**
   * @param sent the request that was answered, with the value of its `DPoP` header
   * @returns whether the server gave another nonce than the one in the proof: then a request that was refused for it (`use_dpop_nonce`) is
   *   worth sending once more.
   */
  noteDpopNonce(sent: Pick<ProofTarget, 'url' | 'audience'> & { readonly proof: string }, headers: Headers): boolean {
    const { nonce } = decodeJwt<{ nonce?: string }>(sent.proof);
    return this.#proofs().note(sent, nonce, headers) !== undefined;
  }

  /** For calls that do not go through `fetch`: the API refused this token with a 401, so the next `getToken` brings another one. */
  dropToken({ accessToken }: Pick<AccessToken, 'accessToken'>): void {
    for (const kept of this.#kept.values()) kept.drop(accessToken);
  }

  async #call(call: ApiCall, target: NormalTarget, via = this.#options.fetch): Promise<Response> {
    requireSecure(urlOf(call), this.#options.dangerouslyAllowHttp);
    return authorizedFetch({ ...call, audience: target.audience }, this.#tokenOf(target), via, this.#dpop);
  }

  #proofs(): DpopProofs {
    if (!this.#dpop) throw new TypeError('The client was made without dpop.');
    return this.#dpop;
  }

  #tokenOf(target: NormalTarget): KeptToken {
    let kept = this.#kept.get(target.key);
    if (!kept) {
      const { clock, random, onEvent } = this.#options;
      kept = new KeptToken(target, { clock, random, issue: (wanted) => this.#requests.issue(wanted), report: onEvent });
      this.#kept.set(target.key, kept);
    }
    return kept;
  }
}
