import type { ProblemTable } from '../../platform/http/index.js';

export const SERVICE_PRINCIPALS_PROBLEMS = {
  grant_not_assignable: {
    status: 403,
    title: 'Grant not assignable',
    meaning:
      'A grant lies outside the ceiling of the organization or outside the rights of the caller; `errors` names the audiences and scopes.',
  },
  no_secrets: {
    status: 409,
    title: 'No secrets',
    meaning: 'The service principal does not authenticate with a secret. Change its auth_method first.',
  },
} as const satisfies ProblemTable;
