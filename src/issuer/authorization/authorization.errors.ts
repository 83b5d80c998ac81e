import { Problem, type ProblemTable } from '../../platform/http/index.js';

export const AUTHORIZATION_PROBLEMS = {
  interaction_ended: {
    status: 404,
    title: 'Request has ended',
    meaning: 'The request of the app was answered already, is too old, or began in another browser. Go back to the app and begin again.',
  },
  authorization_refused: {
    status: 400,
    title: 'Request refused',
    meaning:
      'The request of the app cannot go on, and the app is not told: nobody has approved it, or it has no longer the address to which the answer would go.',
  },
  nothing_allowed: {
    status: 422,
    title: 'Nothing allowed',
    meaning: 'The form allows nothing that the app could be allowed in this organization. The request still waits.',
  },
} as const satisfies ProblemTable;

export function interactionEnded(): Problem {
  return new Problem(AUTHORIZATION_PROBLEMS, 'interaction_ended', 'Go back to the app and begin again.');
}
