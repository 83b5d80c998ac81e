export { TlsListeners } from './tls-listeners.js';
