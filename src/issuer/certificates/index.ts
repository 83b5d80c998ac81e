export { CertificateAuthority } from './certificate-authority.service.js';
export { Certificates } from './certificates.service.js';
export { CertificatesModule } from './certificates.module.js';
export { CERTIFICATES_PROBLEMS } from './certificates.errors.js';
export { SvidVerifier } from './svid-verifier.js';
export type { SvidRefusal, SvidVerdict, VerifiedSvid } from './svid.policy.js';
