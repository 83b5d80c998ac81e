export { CALL_POLICIES_PROBLEMS } from './call-policies.errors.js';
export { CallPoliciesModule } from './call-policies.module.js';
export { CallPolicy } from './call-policy.entity.js';
