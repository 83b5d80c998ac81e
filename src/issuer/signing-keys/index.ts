export { TokenSigner } from './token-signer.js';
export { SigningKeys, type PublishedKeys } from './signing-keys.service.js';
export { SigningKeysModule } from './signing-keys.module.js';
export { ALGORITHMS_OF_ZONE } from './signing-key.js';
