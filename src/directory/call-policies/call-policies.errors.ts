import type { ProblemTable } from '../../platform/http/index.js';

export const CALL_POLICIES_PROBLEMS = {
  call_policy_exists: {
    status: 409,
    title: 'Call policy exists',
    meaning: 'There is a policy for this caller and this target already. Change that one.',
  },
} as const satisfies ProblemTable;
