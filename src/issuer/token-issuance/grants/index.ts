import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { JwtBearerGrant } from './jwt-bearer.grant.js';

/** Every grant. Add a file and a line. */
export const GRANTS = [ClientCredentialsGrant, JwtBearerGrant];
export { grantIdOf } from './client-credentials.grant.js';
