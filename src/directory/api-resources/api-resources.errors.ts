import type { ProblemTable } from '../../platform/http/index.js';

export const API_RESOURCES_PROBLEMS = {
  api_identifier_taken: {
    status: 409,
    title: 'Identifier taken',
    meaning: 'Another API has this identifier, perhaps in another spelling.',
  },
  system_api: {
    status: 409,
    title: 'System API',
    meaning: 'The platform brings this API itself; it cannot be deleted and its scopes cannot be changed.',
  },
} as const satisfies ProblemTable;
