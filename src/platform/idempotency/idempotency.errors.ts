import type { ProblemTable } from '../http/index.js';

export const IDEMPOTENCY_PROBLEMS = {
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    meaning: 'The key was sent before with another request. Use a new key for a new request.',
  },
  idempotency_key_in_use: {
    status: 409,
    title: 'Idempotency key in use',
    meaning: 'The first request with this key is still running. Retry-After says when to ask again.',
  },
} as const satisfies ProblemTable;
