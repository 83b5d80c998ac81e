import type { ProblemTable } from '../../platform/http/index.js';

export const MICROSERVICES_PROBLEMS = {
  microservice_exists: {
    status: 409,
    title: 'Microservice exists',
    meaning: 'Another microservice has this name or this SPIFFE id.',
  },
} as const satisfies ProblemTable;
