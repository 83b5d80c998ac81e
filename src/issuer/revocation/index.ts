export { OwnTokens } from './own-tokens.js';
export { REVOCATION_FEED_PROBLEMS } from './revocation-feed.errors.js';
export { RevocationModule } from './revocation.module.js';
export { Revocations } from './revocations.service.js';
