export type { GrantedAuthorization, StoredCode } from './authorization-code.js';
export { AuthorizationCodes } from './authorization-codes.service.js';
export { AuthorizationCodesModule } from './authorization-codes.module.js';
