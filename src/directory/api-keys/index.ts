export { ApiKeyCredential } from './api-key-credential.js';
export { ApiKey } from './api-key.entity.js';
export type { ApiKeyFacts } from './api-key-facts.js';
export { ApiKeySource } from './api-key-source.js';
export { API_KEYS_PROBLEMS } from './api-keys.errors.js';
export { ApiKeysModule } from './api-keys.module.js';
export { isApiKey, KnownApiKeys } from './known-api-keys.js';
export { PersonalAccessTokens } from './personal-access-tokens.service.js';
export { refusalOf } from './api-key-use.policy.js';
