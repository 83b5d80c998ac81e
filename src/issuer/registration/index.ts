export { hostStandingOf, type HostStanding } from './metadata-documents/host-standing.policy.js';
export { MetadataDocumentSource } from './metadata-documents/metadata-document-source.js';
export { StoredApps } from './metadata-documents/stored-apps.js';
export { RegistrationModule } from './registration.module.js';
