export { DpopNonceSource } from './dpop-nonce-source.js';
export { SenderConstraintsModule } from './sender-constraints.module.js';
export { replayedProof, SENDER_CONSTRAINT_REGISTRY, SenderProver } from './sender-prover.js';
