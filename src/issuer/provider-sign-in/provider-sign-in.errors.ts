import type { ProblemTable } from '../../platform/http/index.js';

export const PROVIDER_SIGN_IN_PROBLEMS = {
  provider_sign_in_failed: {
    status: 403,
    title: 'Sign-in at the other provider failed',
    meaning: 'What came back is no proof of a sign-in that this browser began, or the other provider refused it.',
  },
  provider_unavailable: {
    status: 502,
    title: 'Identity provider unavailable',
    meaning: 'The other provider could not be reached, or described itself in a way that cannot be used.',
  },
  not_a_member: {
    status: 403,
    title: 'Not a member',
    meaning: 'The other provider signed the person in, but they are nobody here and no rule lets them in.',
  },
} as const satisfies ProblemTable;
