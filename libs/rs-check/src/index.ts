export { CHECKS } from './checks/index.js';
export { SEVERITIES, type Check, type Severity, type Trial } from './check.js';
export type { ClientCredential } from './issuer/oauth-client.js';
export { REPORT_FORMATS } from './report/index.js';
export type { Outcome, Report, Verdict } from './report/outcome.js';
export { runChecks, type RunOptions } from './run-checks.js';
export { SetupError } from './setup-error.js';
export type { Target } from './target.js';
