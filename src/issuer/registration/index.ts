export { hostStandingOf, type HostStanding } from './metadata-documents/host-standing.policy.js';
export { MetadataDocumentSource } from './metadata-documents/metadata-document-source.js';
export { RegistrationModule } from './registration.module.js';
