import { hash } from 'node:crypto';
import { isSecret, type AccessTokenClaims } from '@countersign/oauth';
import type { Caller } from './caller.js';
import { introspectionEndpoint, type IntrospectionEndpointOptions, type IntrospectionResponse } from './introspection-endpoint.js';
import { isUsableFrom, readApiKey, type IntrospectedApiKey } from './introspected-api-key.js';
import { apiKeyRefused, type ResourceIdentity } from './refusals.js';
import { RememberedApiKeys, type RememberedApiKey } from './remembered-api-keys.js';
import type { RevocationChecker } from './revocation-list.js';
import { RevocationsStale } from './revocations-stale.js';

export interface ApiKeyVerifierOptions extends IntrospectionEndpointOptions {
  /** Ends what is remembered as soon as the issuer says so; share it with the verifier of tokens. */
  revocations: RevocationChecker;
  /** Keys that are remembered. */
  cacheSize?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/** What a request asks of its key. */
export interface ExpectedApiKey {
  readonly resource: ResourceIdentity;
  /** What the operation needs; decides while revocations are out of date. */
  readonly scopes: readonly string[];
  /** Of the caller, after trusted proxies. */
  readonly sourceAddress: string | undefined;
}

/** How long an answer counts. What the feed does not tell, such as fewer scopes, arrives no later than this. */
const KNOWN_MS = 60_000;
/** KEYS-3: of unknown keys, and of those of which a revocation is known: whether they came back, only the issuer can tell. */
const DOUBTFUL_MS = 1_000;
/** While the issuer is away, for as long as the feed's own rule lets requests pass. */
const KEPT_MS = 3_600_000;
/** After a question without an answer. */
const RETRY_MS = 2_000;
/** Questions at a time, about texts that nobody knows; and as many again about known keys. */
const MAX_ASKING = 256;
const RETRY_AFTER_SECONDS = 5;

/**
 * API keys and personal access tokens at an API in another process than the issuer: asked about once a minute, and at once when the
 * revocation feed names them. End, network, audience and the feed are looked at on every request.
 */
export class ApiKeyVerifier {
  private readonly ask: (token: string) => Promise<IntrospectionResponse>;
  private readonly revocations: RevocationChecker;
  private readonly clock: () => number;
  private readonly remembered: RememberedApiKeys;
  /** Apart, so that invented texts take no known key its turn. */
  private readonly askingOfKnown = new Map<string, Promise<RememberedApiKey>>();
  private readonly askingOfUnknown = new Map<string, Promise<RememberedApiKey>>();

  /** @throws Error where the credential would be sent in the clear, or none is there */
  constructor(options: ApiKeyVerifierOptions) {
    this.ask = introspectionEndpoint(options);
    this.revocations = options.revocations;
    this.clock = options.clock ?? Date.now;
    this.remembered = new RememberedApiKeys(options.cacheSize ?? 20_000);
  }

  /** @throws ResourceRequestRefused for a key that must not be honoured, RevocationsStale when that cannot be told */
  async verify(text: string, expected: ExpectedApiKey): Promise<Caller> {
    // A typing error, or another kind of secret, is told without asking anybody.
    if (!isSecret(text, 'csn_key_live') && !isSecret(text, 'csn_pat')) throw invalid(expected.resource, 'api_key_malformed');
    const name = hash('sha256', text, 'binary');
    const known = this.remembered.get(name);
    const { key } = known && this.isGood(known) ? known : await this.askAgain(name, text, known);
    return this.judge(key, expected);
  }

  /** As `verify` when the key is remembered, and undefined when the issuer must be asked: the hot path, without a promise. */
  verifyRemembered(text: string, expected: ExpectedApiKey): Caller | undefined {
    const known = this.remembered.get(hash('sha256', text, 'binary'));
    return known && this.isGood(known) ? this.judge(known.key, expected) : undefined;
  }

  private judge(key: IntrospectedApiKey | undefined, { resource, scopes, sourceAddress }: ExpectedApiKey): Caller {
    if (!key) throw invalid(resource, 'api_key_inactive');
    if (key.expiresAt <= this.clock() / 1000) throw apiKeyRefused(resource, 'The API key expired.', 'api_key_expired');
    if (key.audience !== resource.identifier) throw invalid(resource, 'api_key_audience');
    if (!isUsableFrom(key, sourceAddress)) throw invalid(resource, 'api_key_network');
    this.revocations.requireFresh?.(scopes.length > 0 ? scopes : key.caller.scopes);
    return key.caller;
  }

  private isGood(known: RememberedApiKey): boolean {
    const { key, wasRevoked, askedAt, retryAt } = known;
    const now = this.clock();
    if (key === undefined || wasRevoked) return now - askedAt < DOUBTFUL_MS;
    if (now - askedAt < KNOWN_MS) return !this.isRevoked(key);
    return retryAt !== undefined && now < retryAt && this.isUsableWithoutIssuer(known);
  }

  /** One question at a time per key, however many requests come with it. */
  private async askAgain(name: string, text: string, before: RememberedApiKey | undefined): Promise<RememberedApiKey> {
    const isKnown = before?.key !== undefined;
    const asking = isKnown ? this.askingOfKnown : this.askingOfUnknown;
    if (!asking.has(name) && asking.size >= MAX_ASKING) return this.withoutIssuer(before, 'too many questions are open');
    const question = asking.get(name) ?? this.question(asking, name, { text, before });
    // The issuer did not answer a moment ago: nobody waits until it does not answer again.
    if (before?.retryAt === undefined || !this.isUsableWithoutIssuer(before)) return question;
    question.catch(() => undefined);
    return before;
  }

  private question(
    asking: Map<string, Promise<RememberedApiKey>>,
    name: string,
    { text, before }: { text: string; before: RememberedApiKey | undefined },
  ): Promise<RememberedApiKey> {
    const question = this.learn(name, text)
      .catch((error: unknown) => {
        const usable = this.withoutIssuer(before, String(error));
        this.remembered.set(name, { ...usable, retryAt: this.clock() + RETRY_MS });
        return usable;
      })
      .finally(() => asking.delete(name));
    asking.set(name, question);
    return question;
  }

  private async learn(name: string, text: string): Promise<RememberedApiKey> {
    const askedAt = this.clock();
    const key = readApiKey(await this.ask(text));
    const learned = { key, wasRevoked: key !== undefined && this.isRevoked(key), askedAt };
    this.remembered.set(name, learned);
    return learned;
  }

  /** The issuer is away: what was good goes on, while the feed tells of no end and its rule for stale knowledge lets the request pass. */
  private withoutIssuer(before: RememberedApiKey | undefined, why: string): RememberedApiKey {
    if (before && this.isUsableWithoutIssuer(before)) return before;
    throw new RevocationsStale(`The issuer cannot be asked about an API key: ${why}`, RETRY_AFTER_SECONDS);
  }

  private isUsableWithoutIssuer({ key, wasRevoked, askedAt }: RememberedApiKey): boolean {
    return key !== undefined && !wasRevoked && this.clock() - askedAt < KEPT_MS && !this.isRevoked(key);
  }

  /** By the handles that it would have as a token, issued when it was made: so no clock but the issuer's counts. */
  private isRevoked({ caller: { clientId, subject, orgId }, issuedAt }: IntrospectedApiKey): boolean {
    const handles = { client_id: clientId, cred: clientId, sub: subject, org_id: orgId, iat: issuedAt, jti: '', root: '' };
    return this.revocations.isRevoked(handles as AccessTokenClaims);
  }
}

function invalid(resource: ResourceIdentity, reason: string): Error {
  return apiKeyRefused(resource, 'The API key is invalid.', reason);
}
