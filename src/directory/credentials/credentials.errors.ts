import type { ProblemTable } from '../../platform/http/index.js';

export const CREDENTIALS_PROBLEMS = {
  too_many_secrets: {
    status: 409,
    title: 'Too many secrets',
    meaning: 'The client already has two live secrets. Delete one of them, or wait until one ends.',
  },
} as const satisfies ProblemTable;
