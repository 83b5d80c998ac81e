import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { TokenExchangeGrant } from './token-exchange.grant.js';

/** Every grant. Add a file and a line. */
export const GRANTS = [ClientCredentialsGrant, TokenExchangeGrant];
export { grantIdOf } from './client-credentials.grant.js';
