import { DPOP_ALGS } from '@countersign/oauth';
import { decisionOf, type DecisionListener } from './access-decision.js';
import type { AccessTokenVerifier } from './access-token-verifier.js';
import { callerOf, type Caller } from './caller.js';
import type { PresentedToken, TokenScheme } from './bearer-token.js';
import type { CertificateSource } from './certificate-source.js';
import { DpopProtection, type DpopOptions } from './dpop-protection.js';
import { tokenOf, type HttpRequestFacts } from './http-request-facts.js';
import {
  metadataUrlOf,
  protectedResourceMetadata,
  type ProtectedResourceDescription,
  type ProtectedResourceMetadata,
} from './protected-resource-metadata.js';
import {
  insufficientScope,
  insufficientUserAuthentication,
  missingCredentials,
  personRequired,
  refusalFor,
  type ResourceIdentity,
} from './refusals.js';
import { ResourceRequestRefused } from './resource-request-refused.js';
import { checkScopes, holdsScopes } from './scope-requirement.js';
import { ruleOf, type SenderConstraintSource } from './sender-constraint.js';
import { checkStepUp, judgeStepUp, type StepUp } from './step-up.js';
import { TokenJudge } from './token-judge.js';
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
  /** Takes tokens that are bound to a key, each request with its proof (RFC 9449). Absent: they are refused. */
  dpop?: DpopOptions | true;
  /** Which tokens are taken; default `none`: bound or not. A bound one is never taken without its proof. */
  senderConstraint?: SenderConstraintSource;
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
  /** How a person must have signed in for it (RFC 9470). */
  readonly stepUp?: StepUp | undefined;
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
  readonly stepUp?: StepUp | undefined;
}

/** One protected API of this process. Make one when the process starts: it holds the keys and the tokens that were found good. */
export class ResourceServer {
  readonly audience: string;
  /** Where clients look for `metadata()`; every challenge names it. undefined where the audience is a plain name. */
  readonly metadataUrl: string | undefined;
  private readonly resource: ResourceIdentity;
  private readonly verifier: AccessTokenVerifier;
  private readonly dpop: DpopProtection | undefined;
  private readonly judge: TokenJudge;

  constructor(private readonly options: ResourceServerOptions) {
    this.audience = options.audience;
    this.metadataUrl = options.metadataUrl ?? metadataUrlOf(options.audience);
    const { dpop, senderConstraint, certificateOf } = options;
    this.dpop = dpop && new DpopProtection(options.audience, dpop === true ? {} : dpop);
    const requiresDpop = (): boolean => ruleOf(senderConstraint) === 'dpop';
    this.resource = Object.freeze({ identifier: this.audience, metadataUrl: this.metadataUrl, dpop: this.dpop, requiresDpop });
    this.verifier = verifierOf(options);
    this.judge = new TokenJudge({ verifier: this.verifier, dpop: this.dpop, senderConstraint, certificateOf });
  }

  /**
   * Who calls, when the request proves it and may do what it asks for.
   * @throws ResourceRequestRefused what to answer instead, see `refusalResponse`; anything else is a mistake of ours: 500.
   */
  async authorize(request: HttpRequestFacts, { scopes, operation, requestId, stepUp }: ProtectedOperation): Promise<Caller> {
    // Default deny: no scope is a slip, not a wish.
    checkScopes(scopes);
    if (stepUp) checkStepUp(stepUp);
    const asked = { audience: this.audience, scopes, operation, requestId, request, stepUp };
    return this.decide(() => tokenOf(request, this.dpop !== undefined), asked);
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
    return this.decide(() => (token ? { scheme: 'bearer', token } : undefined), { audience, scopes, operation });
  }

  /** The document of RFC 9728 §2, to be served at `metadataUrl`. */
  metadata(): ProtectedResourceMetadata {
    const { metadata, senderConstraint } = this.options;
    const rule = ruleOf(senderConstraint);
    return protectedResourceMetadata({
      ...metadata,
      resource: this.audience,
      authorizationServers: [this.verifier.issuer],
      ...(this.dpop && { dpopSigningAlgs: DPOP_ALGS }),
      dpopRequired: rule === 'dpop',
      mtlsBound: rule === 'mtls',
    });
  }

  /** Headers of the answer to a caller who was let in: the nonce of the next proof, where one is demanded (RFC 9449 §8.2). */
  acceptedHeaders({ claims }: Caller): Readonly<Record<string, string>> {
    const nonce = claims?.cnf?.jkt === undefined ? undefined : this.dpop?.nonce();
    return nonce === undefined ? {} : { 'dpop-nonce': nonce };
  }

  private async decide(readToken: () => PresentedToken | undefined, asked: Asked): Promise<Caller> {
    let caller: Caller | undefined;
    let scheme: TokenScheme = 'bearer';
    try {
      const presented = readToken();
      if (presented === undefined) throw missingCredentials(this.resource, asked.scopes ?? []);
      ({ scheme } = presented);
      caller = await this.prove(presented, asked);
      this.requireAllowed(caller, asked, scheme);
    } catch (error) {
      throw this.refused(refusalFor(error, this.resource, scheme), asked, caller);
    }
    this.report(asked, 'accepted', caller);
    return caller;
  }

  private async prove(presented: PresentedToken, { audience, scopes, request }: Asked): Promise<Caller> {
    return callerOf(await this.judge.judge(presented, request, { audience, ...(scopes && { scopes }) }));
  }

  /** STEP-4: in this order. */
  private requireAllowed(caller: Caller, { scopes = [], stepUp }: Asked, scheme: TokenScheme): void {
    if (!holdsScopes(caller.scopes, scopes)) throw insufficientScope(this.resource, scopes, scheme);
    const lack = stepUp && judgeStepUp(caller, stepUp);
    if (lack === 'person_required') throw personRequired();
    if (lack) throw insufficientUserAuthentication(this.resource, stepUp, scheme);
  }

  private refused(refusal: unknown, asked: Asked, caller: Caller | undefined): unknown {
    if (!(refusal instanceof ResourceRequestRefused)) return refusal;
    this.report(asked, refusal.code, caller);
    this.options.onRefused?.(refusal, { audience: asked.audience, operation: asked.operation, requestId: asked.requestId });
    return refusal;
  }

  private report(asked: Asked, result: Parameters<DecisionListener>[0]['result'], caller: Caller | undefined): void {
    const { audience, operation, scopes = [], requestId, request } = asked;
    this.options.onDecision?.(decisionOf({ audience, operation, scopes, result, claims: caller?.claims, requestId }, request));
  }
}
