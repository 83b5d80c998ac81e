export { Microservice } from './microservice.entity.js';
export { MicroserviceIdentitiesModule } from './microservice-identities.module.js';
export { MicroserviceLookup } from './microservice-lookup.js';
export { isMicroserviceAuthMethod } from './microservice.policy.js';
export { MicroserviceSource } from './microservice-source.js';
export { MICROSERVICES_PROBLEMS } from './microservices.errors.js';
