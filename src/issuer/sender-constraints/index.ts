export { OwnApiConstraints } from './own-api-constraints.js';
export { SenderConstraintsModule } from './sender-constraints.module.js';
export { replayedProof, SENDER_CONSTRAINT_REGISTRY, SenderProver } from './sender-prover.js';
