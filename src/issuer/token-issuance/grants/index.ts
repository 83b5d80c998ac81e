import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { JwtBearerGrant } from './jwt-bearer.grant.js';
import { TokenExchangeGrant } from './token-exchange.grant.js';

/** Every grant. Add a file and a line. */
export const GRANTS = [ClientCredentialsGrant, JwtBearerGrant, TokenExchangeGrant];
export { grantIdOf } from './client-credentials.grant.js';
