export { TrustMapModule } from './trust-map.module.js';
