export { MetadataDocumentSource } from './metadata-documents/metadata-document-source.js';
export { RegistrationModule } from './registration.module.js';
