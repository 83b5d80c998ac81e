export { ASSERTION_REFUSED, authenticationFailed } from './authentication-failed.js';
export { ApiClientGuard, CallingApi } from './api-client.guard.js';
export { ApiClients, type ApiClient } from './api-client.js';
export type { CertifiedService } from './certified-services.js';
export { CLIENT_AUTH_PROBLEMS } from './client-auth.errors.js';
export { CLIENT_AUTH_REGISTRY, ClientAuthenticator } from './client-authenticator.js';
export { ClientAuthModule } from './client-auth.module.js';
export { SingleUseProofs, unlessReplayed } from './single-use-proofs.js';
