export type { RefreshFamily } from './refresh-family.js';
export { fingerprintOf, REFRESH_DAYS } from './refresh.policy.js';
export { RefreshTokens, type NewRefreshFamily } from './refresh-tokens.service.js';
export { RefreshTokensModule } from './refresh-tokens.module.js';
