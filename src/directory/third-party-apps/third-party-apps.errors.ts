import type { ProblemTable } from '../../platform/http/index.js';

export const THIRD_PARTY_APPS_PROBLEMS = {
  app_was_reviewed: {
    status: 409,
    title: 'App was reviewed',
    meaning: 'The app is approved, and the change would make it another one than the one that was looked at.',
  },
  app_state: {
    status: 409,
    title: 'Not in this state',
    meaning: 'The review of the app does not allow this step from the state it is in.',
  },
  app_changed: {
    status: 409,
    title: 'App was changed',
    meaning: 'The app is no longer what the reviewer looked at, so it was not approved.',
  },
  app_describes_itself: {
    status: 409,
    title: 'App describes itself',
    meaning: 'What the app is stands in the document at its client_id, so it cannot be changed here.',
  },
  app_without_secrets: {
    status: 409,
    title: 'App without secrets',
    meaning: 'The app does not authenticate with a secret.',
  },
} as const satisfies ProblemTable;
