import { decisionOf, handlesOf, type DecisionListener } from './access-decision.js';
import type { AccessTokenVerifier } from './access-token-verifier.js';
import { apiKeyIn } from './api-key-carrier.js';
import type { ApiKeyVerifier } from './api-key-verifier.js';
import { MalformedCredentials } from './bearer-token.js';
import { callerOf, type Caller } from './caller.js';
import type { CertificateSource } from './certificate-source.js';
import { bearerTokenOf, type HttpRequestFacts } from './http-request-facts.js';
import {
  metadataUrlOf,
  protectedResourceMetadata,
  type ProtectedResourceDescription,
  type ProtectedResourceMetadata,
} from './protected-resource-metadata.js';
import { keysProvenBy } from './proven-keys.js';
import { insufficientScope, missingCredentials, refusalFor, type ResourceIdentity } from './refusals.js';
import { ResourceRequestRefused } from './resource-request-refused.js';
import { checkScopes, holdsScopes } from './scope-requirement.js';
import { verifierOf, type VerifierOptions } from './verifier-options.js';

/** Of a refused request or message, for logs. */
export interface RefusalContext {
  readonly audience: string;
  readonly operation: string;
  /** The `request_id` of the answer; absent where there is no HTTP. */
  readonly requestId?: string | undefined;
}

export type ResourceServerOptions = VerifierOptions & {
  /** Identifier of this API: the `aud` of its tokens. */
  audience: string;
  /** Default: where RFC 9728 §3.1 puts it. */
  metadataUrl?: string;
  /** What the protected resource metadata says beside the identifier and the issuer (RFC 9728 §2). */
  metadata?: Pick<ProtectedResourceDescription, 'scopes' | 'name' | 'documentation'>;
  /** Where the certificate of a client comes from (RFC 8705 §3). Default: the connection; behind a proxy that ends TLS: `forwardedCertificate(…)`. */
  certificateOf?: CertificateSource;
  /** Takes API keys too, as `X-API-Key` or Bearer. Default: tokens only. */
  apiKeys?: ApiKeyVerifier;
  /** Where a key may be used from is judged by this. Default: the other end of the connection; behind a proxy, what that one says. */
  addressOf?: (request: HttpRequestFacts) => string | undefined;
  /** Called once for each decision: usage reports, metrics. */
  onDecision?: DecisionListener;
  /** For logs: `reason` and `cause` say which check failed, with expected and received, and never hold the token. */
  onRefused?: (refusal: ResourceRequestRefused, context: RefusalContext) => void;
};

/** What a request asks for. */
export interface ProtectedOperation {
  /** All of them are needed; at least one. */
  readonly scopes: readonly string[];
  /** What usage reports and logs call it: one of a fixed set, never a URL with ids in it. */
  readonly operation: string;
  readonly requestId?: string | undefined;
}

export interface VerifyTokenOptions {
  /** Default: the API's own. */
  readonly audience?: string;
  /** Default: none, any good token of the audience will do. */
  readonly scopes?: readonly string[];
  /** Default: `verifyToken`. */
  readonly operation?: string;
}

interface Asked extends RefusalContext {
  readonly scopes: readonly string[] | undefined;
  readonly request?: HttpRequestFacts | undefined;
}

/** One protected API of this process. Make one when the process starts: it holds the keys and the tokens that were found good. */
export class ResourceServer {
  readonly audience: string;
  /** Where clients look for `metadata()`; every challenge names it. undefined where the audience is a plain name. */
  readonly metadataUrl: string | undefined;
  private readonly resource: ResourceIdentity;
  private readonly verifier: AccessTokenVerifier;

  constructor(private readonly options: ResourceServerOptions) {
    this.audience = options.audience;
    this.metadataUrl = options.metadataUrl ?? metadataUrlOf(options.audience);
    this.resource = Object.freeze({ identifier: this.audience, metadataUrl: this.metadataUrl });
    this.verifier = verifierOf(options);
  }

  /**
   * Who calls, when the request proves it and may do what it asks for.
   * @throws ResourceRequestRefused what to answer instead, see `refusalResponse`; anything else is a mistake of ours: 500.
   */
  async authorize(request: HttpRequestFacts, { scopes, operation, requestId }: ProtectedOperation): Promise<Caller> {
    // Default deny: no scope is a slip, not a wish.
    checkScopes(scopes);
    const asked = { audience: this.audience, scopes, operation, requestId, request };
    return this.decide(() => this.proveRequest(request, asked), asked);
  }

  /**
   * The same judgement without HTTP: for messages of a queue, events, sockets. The token stands alone, without `Bearer`.
   * @throws ResourceRequestRefused; with status 503 (`retryAfterSeconds`) the message may be good and should be tried again later.
   */
  async verifyToken(token: string | null | undefined, options: VerifyTokenOptions = {}): Promise<Caller> {
    const { audience = this.audience, scopes, operation = 'verifyToken' } = options;
    if (scopes) checkScopes(scopes);
    // Some brokers hand out bytes: judged as they are they would be no token, and nobody would know why.
    if (token !== null && token !== undefined && typeof token !== 'string') throw new TypeError('The token must be a string.');
    const asked = { audience, scopes, operation };
    return this.decide(() => this.prove(token || undefined, asked), asked);
  }

  /** The document of RFC 9728 §2, to be served at `metadataUrl`. */
  metadata(): ProtectedResourceMetadata {
    const { metadata } = this.options;
    return protectedResourceMetadata({ ...metadata, resource: this.audience, authorizationServers: [this.verifier.issuer] });
  }

  private async decide(prove: () => Promise<Caller>, asked: Asked): Promise<Caller> {
    let caller: Caller | undefined;
    try {
      caller = await prove();
      if (!holdsScopes(caller.scopes, asked.scopes ?? [])) throw insufficientScope(this.resource, asked.scopes ?? []);
    } catch (error) {
      throw this.refused(error, asked, caller);
    }
    this.report(asked, 'accepted', caller);
    return caller;
  }

  private async proveRequest(request: HttpRequestFacts, asked: Asked): Promise<Caller> {
    const { apiKeys, addressOf = peerAddress } = this.options;
    const carried = apiKeys && apiKeyIn(request);
    // First, because it also refuses what may not be answered at all.
    const token = bearerTokenOf(request);
    if (!carried) return this.prove(token, asked);
    if (carried.carrier !== 'authorization' && token !== undefined)
      throw new MalformedCredentials('several_credentials', 'Send one kind of credentials only.');
    return apiKeys.verify(carried.key, { resource: this.resource, scopes: asked.scopes ?? [], sourceAddress: addressOf(request) });
  }

  private async prove(token: string | undefined, { audience, scopes, request }: Asked): Promise<Caller> {
    if (token === undefined) throw missingCredentials(this.resource, scopes ?? []);
    // A message of a queue has no connection that could prove a key.
    const proven = request && keysProvenBy(request, this.options.certificateOf);
    return callerOf(await this.verifier.verify(token, { audience, ...(proven && { proven }), ...(scopes && { scopes }) }));
  }

  private refused(error: unknown, asked: Asked, caller: Caller | undefined): unknown {
    const refusal = refusalFor(error, this.resource);
    if (!(refusal instanceof ResourceRequestRefused)) return refusal;
    this.report(asked, refusal.code, caller);
    this.options.onRefused?.(refusal, { audience: asked.audience, operation: asked.operation, requestId: asked.requestId });
    return refusal;
  }

  private report(asked: Asked, result: Parameters<DecisionListener>[0]['result'], caller: Caller | undefined): void {
    const { audience, operation, scopes = [], requestId, request } = asked;
    this.options.onDecision?.(decisionOf({ audience, operation, scopes, result, claims: caller && handlesOf(caller), requestId }, request));
  }
}

function peerAddress({ socket }: HttpRequestFacts): string | undefined {
  return (socket as { remoteAddress?: string } | undefined)?.remoteAddress;
}
