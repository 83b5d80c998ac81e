export { AppAdmission } from './app-admission.service.js';
export { covers, type Admission } from './consent.policy.js';
export type { Consent, ConsentKey } from './consent.js';
export type { ConsentAct } from './consent-records.js';
export { CONSENTS_PROBLEMS } from './consents.errors.js';
export { ConsentsModule } from './consents.module.js';
export { Consents, type ConsentAnswer } from './consents.service.js';
export { Delegation, type DelegationPlace, type DelegationQuestion } from './delegation.js';
