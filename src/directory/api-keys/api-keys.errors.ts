import type { ProblemTable } from '../../platform/http/index.js';

export const API_KEYS_PROBLEMS = {
  api_key_ended: {
    status: 409,
    title: 'Key ended',
    meaning: 'The key has expired or was revoked, so there is nothing left to rotate. Create a new one.',
  },
  api_key_replaced: {
    status: 409,
    title: 'Key replaced',
    meaning: 'The key was rotated before and only runs out; `detail` names the key that took its place. Rotate that one.',
  },
  too_many_tokens: {
    status: 409,
    title: 'Too many tokens',
    meaning:
      'The person has fifty live personal access tokens in the organization, or a hundred with those that a rotation lets run out. Revoke one of them first.',
  },
  report_not_signed: {
    status: 403,
    title: 'Report not signed',
    meaning: 'The report of leaked keys carries no signature of a scanner that the operator trusts, or not of this body.',
  },
} as const satisfies ProblemTable;
