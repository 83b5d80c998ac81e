import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type {
  AccessTokenVerifier,
  ApiKeyVerifier,
  CertificateSource,
  DecisionListener,
  DpopOptions,
  ResourceRequestRefused,
  SenderConstraintSource,
  VerifierOptions,
} from '@countersign/resource-server';
import type { Caller } from './caller.js';
import type { CallerCredential } from './caller-credential.js';
import type { GuardedRequest } from './guarded-request.js';

/** How an API takes tokens that are bound to a key. */
export interface BoundTokenOptions {
  /** Takes them by DPoP, each request with its proof (RFC 9449). Absent: such tokens are refused. */
  dpop?: DpopOptions | true;
  /** Which tokens are taken; default `none`: bound or not. A bound one is never taken without its proof. */
  senderConstraint?: SenderConstraintSource;
}

export interface ProtectedResourceOptions extends BoundTokenOptions {
  /** The audience of its tokens. */
  identifier: string;
  /** Default: where RFC 9728 §3.1 puts it. */
  metadataUrl?: string;
  /** Where its tokens come from another issuer than the rest. */
  verifier?: AccessTokenVerifier;
}

/** One API, or several that `@ProtectedResource` tells apart. */
export type ResourceOptions =
  | ({ audience: string } & BoundTokenOptions)
  | { resources: Readonly<Record<string, ProtectedResourceOptions>>; defaultResource?: string };

export interface RequestContext {
  readonly request: GuardedRequest;
  /** `Controller.method`, or the operation where a route has several. */
  readonly route: string;
  readonly audience: string;
  /** Present when the caller was proven and still refused. */
  readonly caller?: Caller;
}

export interface GuardHooks {
  /** More ways of proving who calls, beside the access token. */
  credentials?: readonly CallerCredential[];
  /** API keys and personal access tokens, which the issuer is asked about. Default: access tokens only. */
  apiKeys?: ApiKeyVerifier;
  /** Where the certificate of a client comes from. Default: the connection; behind a proxy that ends TLS: `forwardedCertificate(…)`. */
  certificateOf?: CertificateSource;
  /** Default: a line in Nest's log, at most ten per second. */
  onRefused?: (refusal: ResourceRequestRefused, context: RequestContext) => void;
  onAccepted?: (caller: Caller, context: RequestContext) => void;
  /** Every verdict, for usage reports: pass `record` of a UsageReporter. */
  onDecision?: DecisionListener;
}

export type CountersignGuardOptions = VerifierOptions & ResourceOptions & GuardHooks;

export interface CountersignGuardAsyncOptions<Args extends unknown[] = never[]> extends Pick<ModuleMetadata, 'imports'> {
  useFactory: (...args: Args) => CountersignGuardOptions | Promise<CountersignGuardOptions>;
  inject?: FactoryProvider['inject'];
  /** True where the application answers `ResourceRequestRefused` in a filter of its own, by `refusalResponse`. */
  ownRefusalFilter?: boolean;
}
