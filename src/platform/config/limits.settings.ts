import { positiveInteger } from './setting-types.js';

export const limitsSettings = {
  RATE_LIMIT_TOKEN_PER_CLIENT: positiveInteger({ desc: 'Token requests per minute and authenticated client.', default: 6_000 }),
  RATE_LIMIT_TOKEN_PER_SOURCE: positiveInteger({
    desc: 'Token requests per minute and source address, and as many requests for certificates.',
    default: 30_000,
  }),
  RATE_LIMIT_FAILURES_PER_SOURCE: positiveInteger({
    desc: 'Failed authentications per minute and source address, after which further failures are answered 429.',
    default: 120,
  }),
  RATE_LIMIT_API_PER_CLIENT: positiveInteger({
    desc: 'Requests per minute and client at the management and reference APIs.',
    default: 30_000,
  }),
  RATE_LIMIT_AUTHORIZATION_PER_SOURCE: positiveInteger({
    desc: 'Authorization requests of browsers, and pushed ones, per minute and source address.',
    default: 600,
  }),
  RATE_LIMIT_METADATA_DOCUMENTS_PER_SOURCE: positiveInteger({
    desc: 'Documents of apps that are fetched per minute because somebody at one source network named them.',
    default: 30,
  }),
  RATE_LIMIT_METADATA_DOCUMENTS_PER_HOST: positiveInteger({
    desc: 'Documents of apps that are fetched per minute and host.',
    default: 120,
  }),
  RATE_LIMIT_INTROSPECTION_PER_CALLER: positiveInteger({
    desc: 'Introspection requests per minute and authenticated caller.',
    default: 60_000,
  }),
  RATE_LIMIT_REGISTRATIONS_PER_SOURCE: positiveInteger({
    desc: 'Apps that register themselves per hour and source address, where DYNAMIC_REGISTRATION is open.',
    default: 20,
  }),
  UNUSED_REGISTRATIONS: positiveInteger({
    desc: 'Apps that registered themselves and that nobody has used yet; beyond, the oldest of them goes.',
    default: 1_000,
  }),
  REVOCATION_STREAMS_PER_API: positiveInteger({ desc: 'Open streams of the revocation feed per API and process.', default: 500 }),
  RATE_LIMIT_USAGE_REPORTS_PER_API: positiveInteger({ desc: 'Usage reports per minute and API.', default: 1_200 }),
  USAGE_RETENTION_DAYS: positiveInteger({ desc: 'Days for which usage figures are kept.', default: 90 }),
  USAGE_OPERATIONS_PER_API_DAY: positiveInteger({
    desc: 'Operations of an API that are counted apart per day; further ones are counted as "other".',
    default: 500,
  }),
  USAGE_LINES_PER_API_DAY: positiveInteger({
    desc: 'Rows of usage figures that an API may add per day; what exceeds them is counted per result only, without the client.',
    default: 50_000,
  }),
};
