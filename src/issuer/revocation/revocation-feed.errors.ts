import type { ProblemTable } from '../../platform/http/index.js';

export const REVOCATION_FEED_PROBLEMS = {
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    meaning: 'The API has as many streams open as it may; one per guard process is enough. Retry-After says when to come back.',
  },
} as const satisfies ProblemTable;
