import type { ProblemTable } from '../../platform/http/index.js';

export const CLIENT_AUTH_PROBLEMS = {
  invalid_api_credentials: {
    status: 401,
    title: 'API credentials required',
    meaning: 'The endpoint takes the credentials of an API by HTTP Basic: its id and a secret. Unknown, wrong and missing answer the same.',
  },
} as const satisfies ProblemTable;
