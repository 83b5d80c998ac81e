export { AssertionRefused } from './assertion-refused.js';
export { FederationModule } from './federation.module.js';
export { ForeignAssertions, type ProvenWorkload } from './foreign-assertions.service.js';
export { isForeign } from './unverified-assertion.js';
