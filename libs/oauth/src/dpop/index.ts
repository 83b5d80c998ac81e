export * from './dpop-nonces.js';
export * from './dpop-proof.js';
export * from './dpop-proof-refused.js';
export * from './dpop-verifier.js';
export * from './proof-algorithms.js';
export { jwkThumbprint } from './public-jwk.js';
export { normalizedTarget } from './target-uri.js';
