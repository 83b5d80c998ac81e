import { bool, str } from 'envalid';
import { positiveInteger } from './setting-types.js';

export const runtimeSettings = {
  NODE_ENV: str({
    choices: ['production', 'development', 'test'] as const,
    default: 'development' as const,
    desc: 'production refuses unsafe settings and loads no demo.',
  }),
  LOG_LEVEL: str({
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const,
    default: 'info' as const,
    devDefault: 'warn' as const,
    desc: 'Lowest level that is logged.',
  }),
  DEMO: bool({ desc: 'Load the Saasalytics demo on the first start; refused in production.', default: false, devDefault: true }),
  SHUTDOWN_GRACE_SECONDS: positiveInteger({ desc: 'Longest time running requests may take to finish after SIGTERM.', default: 10 }),
  REQUIRE_PUSHED_AUTHORIZATION_REQUESTS: bool({
    desc: 'Take authorization requests only where the app has left them at /oauth/par before (RFC 9126).',
    default: false,
  }),
  REQUIRE_DPOP_NONCES: bool({
    desc: 'Take only DPoP proofs that hold a nonce of ours, at the token endpoint and at our own APIs (RFC 9449 §8, §9).',
    default: false,
  }),
  DANGEROUSLY_DISABLE_TOKEN_AUDIT: bool({
    desc: 'Issue tokens without an audit row, for benchmarks; refused in production.',
    default: false,
  }),
  DANGEROUSLY_ENABLE_TEST_TOKENS: bool({
    desc: 'Adds POST /v1/test-tokens, which signs whatever an operator asks for, so that rs-check can attack an API; refused in production.',
    default: false,
  }),
};
