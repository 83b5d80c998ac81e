import { AuthorizationCodeGrant } from './authorization-code.grant.js';
import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { DeviceCodeGrant } from './device-code.grant.js';
import { JwtBearerGrant } from './jwt-bearer.grant.js';
import { RefreshTokenGrant } from './refresh-token.grant.js';
import { TokenExchangeGrant } from './token-exchange.grant.js';

/** Every grant. Add a file and a line. */
export const GRANTS = [
  AuthorizationCodeGrant,
  ClientCredentialsGrant,
  DeviceCodeGrant,
  JwtBearerGrant,
  RefreshTokenGrant,
  TokenExchangeGrant,
];
export { grantIdOf } from './client-credentials.grant.js';
