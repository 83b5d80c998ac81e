export { mismatchOf, type ClaimMismatch } from './rule-matching.policy.js';
export { TrustedIssuer, type TrustRule } from './trusted-issuer.entity.js';
export { TrustedIssuerSource } from './trusted-issuer-source.js';
export { TRUSTED_ISSUERS_PROBLEMS } from './trusted-issuers.errors.js';
export { TrustedIssuersModule } from './trusted-issuers.module.js';
