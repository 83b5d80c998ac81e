export { Idempotency } from './idempotency.js';
export { IDEMPOTENCY_PROBLEMS } from './idempotency.errors.js';
export { IdempotencyModule } from './idempotency.module.js';
export { Idempotent } from './idempotent.decorator.js';
export { type IdempotentRequest, Submission } from './submission.js';
