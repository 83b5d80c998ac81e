import type { ProblemTable } from '../../platform/http/index.js';

export const ORGS_PROBLEMS = {
  external_id_taken: { status: 409, title: 'External id taken', meaning: 'Another organization has this external_id.' },
  org_suspended: {
    status: 409,
    title: 'Organization suspended',
    meaning: 'The organization is suspended: no credential can be created in it. Reinstate it first.',
  },
  reserved_org: {
    status: 409,
    title: 'Reserved organization',
    meaning: 'It is the organization of the operators, which cannot be changed, suspended or deleted.',
  },
} as const satisfies ProblemTable;
