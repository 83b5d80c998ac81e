export { CryptoModule } from './crypto.module.js';
export { type Asker, HashingBusy, PasswordHasher } from './password-hasher.js';
export { idFloor, isId, newId, type IdPrefix } from './typed-id.js';
export { MissingKeyEncryptionKey, Sealer } from './sealer.js';
export { SecretDigests, sha256 } from './secret-digests.js';
