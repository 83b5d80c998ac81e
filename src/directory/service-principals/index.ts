export { isWithin, readNetwork } from './allowed-networks.policy.js';
export { CreatorRights } from './creator-rights.js';
export type { Creator } from './grant.policy.js';
export { IsNetworkList } from './network-list.decorator.js';
export { OperatorSeeding, type OperatorSeed, type SeededOperator } from './operator-seeding.js';
export { ServicePrincipal, ServicePrincipalGrant } from './service-principal.entity.js';
export { ServicePrincipalSource } from './service-principal-source.js';
export { SERVICE_PRINCIPALS_PROBLEMS } from './service-principals.errors.js';
export { ServicePrincipalsModule } from './service-principals.module.js';
