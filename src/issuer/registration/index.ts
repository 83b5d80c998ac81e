export { MetadataDocumentSource } from './metadata-documents/metadata-document-source.js';
export { StoredApps } from './metadata-documents/stored-apps.js';
export { RegistrationModule } from './registration.module.js';
