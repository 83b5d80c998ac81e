import type { ProblemTable } from '../../platform/http/index.js';

export const SESSIONS_PROBLEMS = {
  sign_in_refused: {
    status: 401,
    title: 'Sign-in refused',
    meaning: 'E-mail address and password do not fit together, or nobody may sign in with them.',
  },
  sign_in_required: { status: 401, title: 'Sign-in required', meaning: 'There is no session in this browser, or it has ended.' },
  form_expired: {
    status: 403,
    title: 'Form expired',
    meaning: 'The form does not come from a page that this browser got from here in its present session. Load the page again.',
  },
  embedded_request: {
    status: 403,
    title: 'Embedded request',
    meaning: 'A page had this address opened as an image, a frame or by a script. It answers only who goes there.',
  },
  reset_link_refused: {
    status: 410,
    title: 'Reset link refused',
    meaning: 'The link was used, replaced or has expired, or the password was changed since. Ask for a new one.',
  },
  join_link_refused: {
    status: 410,
    title: 'Join link refused',
    meaning: 'The link was used, replaced, taken back or has expired. Ask for a new one.',
  },
} as const satisfies ProblemTable;
