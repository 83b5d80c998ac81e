import type { ProblemTable } from '../../platform/http/index.js';

export const TRUSTED_ISSUERS_PROBLEMS = {
  issuer_already_trusted: {
    status: 409,
    title: 'Issuer already trusted',
    meaning: 'There is an entry for this issuer already. Add rules to that one.',
  },
  too_many_trusted_issuers: {
    status: 409,
    title: 'Too many trusted issuers',
    meaning: 'The limit of trusted issuers is reached. Delete one that is not used.',
  },
} as const satisfies ProblemTable;
