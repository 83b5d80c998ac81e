import type { ProblemTable } from '../../platform/http/index.js';

export const CLIENT_AUTH_PROBLEMS = {
  invalid_api_credentials: {
    status: 401,
    title: 'API credentials required',
    meaning:
      'The endpoint takes the credentials of an API by HTTP Basic: its id and a secret; on the internal listener also the certificate of the service that the API is named after. Unknown, wrong and missing answer the same, and so do credentials of the other zone.',
  },
} as const satisfies ProblemTable;
