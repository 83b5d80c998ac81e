export { decisionOf, type AccessDecision, type DecisionListener } from './access-decision.js';
export { AccessTokenVerifier, type AccessTokenVerifierOptions, type ExpectedToken } from './access-token-verifier.js';
export { bearerChallenge, dpopChallenge, type BearerChallenge, type BearerError, type DpopError } from './bearer-challenge.js';
export {
  extractBearerToken,
  extractToken,
  MalformedCredentials,
  peekBearerToken,
  schemeOf,
  type MalformedCredentialsReason,
  type PresentedToken,
  type TokenBearingRequest,
  type TokenScheme,
} from './bearer-token.js';
export { callerOf, getCaller, type Caller } from './caller.js';
export { connectionCertificate, type CertificateBearingRequest, type CertificateSource } from './certificate-source.js';
export { DpopProtection, type DpopOptions } from './dpop-protection.js';
export { forwardedCertificate, type CertificateHeader, type ForwardedCertificateOptions } from './forwarded-certificate.js';
export { isPreflight, type HttpRequestFacts } from './http-request-facts.js';
export { InvalidJwks } from './jwk-set.js';
export { KeysUnavailable, type KeySource, type VerificationKey } from './key-source.js';
export { IssuerConnection, type IssuerConnectionOptions } from './issuer-connection.js';
export type { IssuerAccess } from './issuer-access.js';
export { LocalJwks } from './local-jwks.js';
export {
  protectedResourceMetadata,
  metadataUrlOf,
  protectedResourceMetadataUrl,
  type ProtectedResourceDescription,
  type ProtectedResourceMetadata,
} from './protected-resource-metadata.js';
export { callerServiceOf, logMembersOf, type DecisionLogMembers } from './decision-log.js';
export { traceContextOf } from './request-trace.js';
export { refusalResponse, type RefusalResponse } from './refusal-response.js';
export {
  insufficientScope,
  insufficientUserAuthentication,
  malformedCredentials,
  missingCredentials,
  personRequired,
  refusalFor,
  type ResourceIdentity,
} from './refusals.js';
export { MemoryReplayStore, type ProofUse, type ReplayStore } from './replay-store.js';
export { ReplaysUnavailable } from './replays-unavailable.js';
export { keysProvenBy, type ProvenKeys } from './proven-keys.js';
export { RemoteJwks, type JwksEvent, type RemoteJwksOptions } from './remote-jwks.js';
export {
  RESOURCE_REFUSALS,
  ResourceRequestRefused,
  type ResourceRefusalCode,
  type ResourceRefusalOptions,
  type ResourceRefusalStatus,
} from './resource-request-refused.js';
export {
  ResourceServer,
  type ProtectedOperation,
  type RefusalContext,
  type ResourceServerOptions,
  type VerifyTokenOptions,
} from './resource-server.js';
export { RevocationFeed } from './revocation-feed.js';
export type { RevocationFeedEvent, RevocationFeedOptions, RevocationFeedStats } from './revocation-feed-options.js';
export { REVOCATION_KINDS, RevocationList, type RevocationChecker, type RevocationEntry, type RevocationKind } from './revocation-list.js';
export {
  REVOCATION_DELTA_TYP,
  REVOCATION_SNAPSHOT_TYP,
  type RevocationDeltaClaims,
  type RevocationSnapshotClaims,
  type ScopeRisk,
  type WireRevocation,
} from './revocation-wire.js';
export { RevocationsStale } from './revocations-stale.js';
export { checkScopes, holdsScopes, type OperationOptions, type ScopeArguments } from './scope-requirement.js';
export { requireBound, ruleOf, type SenderConstraintRule, type SenderConstraintSource } from './sender-constraint.js';
export { checkStepUp, judgeStepUp, type StepUp } from './step-up.js';
export { TokenJudge, type TokenJudgeOptions } from './token-judge.js';
export { TOKEN_REFUSAL_REASONS, TokenRefused, type TokenRefusalReason } from './token-refused.js';
export { UsageNotDelivered, type UsageDelivery, type UsageEndpoint, type UsageNotDeliveredOptions } from './usage-delivery.js';
export { OTHER_OPERATIONS, USAGE_REPORT_LIMITS, type UsageEntry, type UsageReport } from './usage-report.js';
export { UsageReporter, type UsageReporterOptions } from './usage-reporter.js';
export type { UsageReporterEvent } from './usage-sender.js';
export type { VerifiedAccessToken } from './verified-access-token.js';
export { DpopNonces, DpopProofRefused, traceHeaders, type DpopNoncesOptions, type TraceContext } from '@countersign/oauth';
export { verifierOf, type VerifierOptions } from './verifier-options.js';
