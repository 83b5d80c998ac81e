export { ASSERTION_REFUSED, authenticationFailed } from './authentication-failed.js';
export { CLIENT_AUTH_REGISTRY, ClientAuthenticator } from './client-authenticator.js';
export { ClientAuthModule } from './client-auth.module.js';
