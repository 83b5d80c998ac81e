import type { ProblemTable } from '../../platform/http/index.js';

export const CERTIFICATES_PROBLEMS = {
  certificate_authentication_failed: {
    status: 401,
    title: 'Authentication failed',
    meaning:
      'A certificate is given against an unused join token of the last minutes, or against the current certificate of the service. This one is not, or the service is disabled.',
  },
  certificate_request_invalid: {
    status: 422,
    title: 'Invalid certificate request',
    meaning: 'The PKCS #10 request cannot be used; `detail` says why. A join token that was sent with it is still good.',
  },
  foreign_trust_domain: {
    status: 409,
    title: 'Foreign trust domain',
    meaning: 'The SPIFFE id of the microservice lies in another trust domain, whose own authority must issue its certificates.',
  },
  rotation_in_progress: {
    status: 409,
    title: 'Rotation in progress',
    meaning: 'The next certificate authority is published already and takes over by itself.',
  },
} as const satisfies ProblemTable;
