import type { ProblemTable } from '../../platform/http/index.js';

export const ORGS_PROBLEMS = {
  external_id_taken: { status: 409, title: 'External id taken', meaning: 'Another organization has this external_id.' },
  org_suspended: {
    status: 409,
    title: 'Organization suspended',
    meaning: 'The organization is suspended: no credential can be created in it. Reinstate it first.',
  },
} as const satisfies ProblemTable;
