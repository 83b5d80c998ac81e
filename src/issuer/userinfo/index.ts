export { FormAccessToken } from './form-access-token.credential.js';
export { identityApi, USERINFO_PATH } from './identity-api.js';
export { IdentityTokenVerifier } from './identity-token-verifier.js';
export { IDENTITY_SCOPE_REGISTRY } from './scopes/index.js';
export { UserInfoModule } from './userinfo.module.js';
