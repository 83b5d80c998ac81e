export { OwnUsage } from './own-usage.js';
export { addOperations, type GrantUse, type OperationUse } from './grant-uses.policy.js';
export { USAGE_REPORT_MAX_AGE_DAYS, UsageIntake } from './usage-intake.service.js';
export { OTHER, toUsageLine, type UsageLine } from './usage-line.js';
export { type GrantKeeper, type GrantOwner, UsageGrants } from './usage-grants.js';
export { UsageModule } from './usage.module.js';
