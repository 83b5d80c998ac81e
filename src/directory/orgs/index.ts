export { ActiveOrgs } from './active-orgs.js';
export { outsideCeiling, withinCeiling } from './ceiling.policy.js';
export { OPERATORS_ORG, Org } from './org.entity.js';
export { OrgImpact, type OrgImpactPart } from './org-impact.js';
export { ORGS_PROBLEMS } from './orgs.errors.js';
export { Orgs } from './orgs.service.js';
export { OrgsModule } from './orgs.module.js';
