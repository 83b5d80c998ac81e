export { GRANT_REGISTRY } from './token-issuance.service.js';
export { lifetimeOf } from './issuance.policy.js';
export { grantIdOf } from './grants/index.js';
export { TokenIssuanceModule } from './token-issuance.module.js';
