import type { ProblemTable } from '../../platform/http/index.js';

export const AUTHORIZATION_PROBLEMS = {
  interaction_ended: {
    status: 404,
    title: 'Request has ended',
    meaning: 'The request of the app was answered already, is too old, or began in another browser. Go back to the app and begin again.',
  },
  nothing_allowed: {
    status: 422,
    title: 'Nothing allowed',
    meaning: 'The form allows nothing that the app could be allowed in this organization. The request still waits.',
  },
} as const satisfies ProblemTable;
