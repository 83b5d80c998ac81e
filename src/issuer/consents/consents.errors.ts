import type { ProblemTable } from '../../platform/http/index.js';

export const CONSENTS_PROBLEMS = {
  app_request_decided: {
    status: 409,
    title: 'Request was decided',
    meaning: 'Somebody else has decided about the app in another way.',
  },
} as const satisfies ProblemTable;
