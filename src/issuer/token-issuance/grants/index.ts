import { ClientCredentialsGrant } from './client-credentials.grant.js';

/** Every grant. Add a file and a line. */
export const GRANTS = [ClientCredentialsGrant];
export { grantIdOf } from './client-credentials.grant.js';
