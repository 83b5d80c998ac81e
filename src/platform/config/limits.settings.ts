import { positiveInteger } from './setting-types.js';

export const limitsSettings = {
  RATE_LIMIT_TOKEN_PER_CLIENT: positiveInteger({ desc: 'Token requests per minute and authenticated client.', default: 6_000 }),
  RATE_LIMIT_TOKEN_PER_SOURCE: positiveInteger({ desc: 'Token requests per minute and source address.', default: 30_000 }),
  RATE_LIMIT_FAILURES_PER_SOURCE: positiveInteger({
    desc: 'Failed authentications per minute and source address, after which further failures are answered 429.',
    default: 120,
  }),
  RATE_LIMIT_API_PER_CLIENT: positiveInteger({
    desc: 'Requests per minute and client at the management and reference APIs.',
    default: 30_000,
  }),
  REVOCATION_STREAMS_PER_API: positiveInteger({ desc: 'Open streams of the revocation feed per API and process.', default: 500 }),
};
