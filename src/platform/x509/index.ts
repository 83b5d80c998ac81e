export * from './library.js';
export { readCertificate, type CertificateFacts, type Name, type NameForm } from './certificate-facts.js';
export { bearsName, CERTIFICATE_NAME_TYPES, readCertificateName } from './certificate-name.policy.js';
export { findPaths, MAX_SENT, validityOf, type CertificatePath, type PathMistake } from './certificate-path.policy.js';
export { KeptRefusals } from './kept-refusals.js';
export { isStrongKey } from './strong-key.policy.js';
export { MAX_TRUST_ANCHORS, MAX_TRUST_ANCHORS_LENGTH, readTrustAnchors, splitPem, type AnchorMistake } from './trust-anchors.policy.js';
