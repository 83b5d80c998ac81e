export { DynamicRegistrationModule } from './dynamic-registration.module.js';
