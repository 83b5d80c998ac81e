export * from './library.js';
export { readCertificate, type CertificateFacts, type Name, type NameForm } from './certificate-facts.js';
export { bearsName, CERTIFICATE_NAME_TYPES, readCertificateName } from './certificate-name.policy.js';
export { findPaths, validityOf, type CertificatePath, type PathMistake } from './certificate-path.policy.js';
export {
  isStrongKey,
  MAX_TRUST_ANCHORS,
  MAX_TRUST_ANCHORS_LENGTH,
  readTrustAnchors,
  splitPem,
  type AnchorMistake,
} from './trust-anchors.policy.js';
