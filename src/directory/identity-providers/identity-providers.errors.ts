import type { ProblemTable } from '../../platform/http/index.js';

export const IDENTITY_PROVIDERS_PROBLEMS = {
  provider_exists: {
    status: 409,
    title: 'Identity provider exists',
    meaning: 'There is an identity provider with this issuer and client id already. Change that one.',
  },
  too_many_providers: {
    status: 409,
    title: 'Too many identity providers',
    meaning: 'The limit of identity providers is reached. Delete one that is not used.',
  },
} as const satisfies ProblemTable;
