export { OwnApiConstraints } from './own-api-constraints.js';
export { SenderConstraintsModule } from './sender-constraints.module.js';
export { SENDER_CONSTRAINT_REGISTRY, SenderProver, unlessProofReplayed } from './sender-prover.js';
