export { makeLocalCertificate } from './local-certificate.js';
export { TlsListeners } from './tls-listeners.js';
