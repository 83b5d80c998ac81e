export { makeLocalCertificate } from './local-certificate.js';
export { loadTlsIdentity } from './tls-identity.js';
export { TlsListeners } from './tls-listeners.js';
