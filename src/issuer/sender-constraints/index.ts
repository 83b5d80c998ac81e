export { SenderConstraintsModule } from './sender-constraints.module.js';
export { SenderProver } from './sender-prover.js';
