export type { RefreshFamily } from './refresh-family.js';
export { fingerprintOf, REFRESH_DAYS } from './refresh.policy.js';
export { RefreshTokens, type NewRefreshFamily, type PresentedToken, type Presenter } from './refresh-tokens.service.js';
export { RefreshTokensModule } from './refresh-tokens.module.js';
