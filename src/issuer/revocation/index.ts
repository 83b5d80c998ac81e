export { RevocationModule } from './revocation.module.js';
export { Revocations } from './revocations.service.js';
