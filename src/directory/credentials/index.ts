export { ClientCache } from './client-cache.js';
export { ClientSecret } from './client-secret.entity.js';
export { ClientSecrets, type MintedSecret, type Rotation, type SecretOwner } from './client-secrets.service.js';
export { CREDENTIALS_PROBLEMS } from './credentials.errors.js';
export { CredentialsModule } from './credentials.module.js';
export { LastUsed, type UseStore } from './last-used.js';
export { isKeyAddress, missingKeys, readPublicKeys } from './public-keys.policy.js';
export { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS, MAX_LIVE_SECRETS } from './rotation.policy.js';
export { MintedSecretDocument, SecretDocument, SecretList } from './secret.dto.js';
