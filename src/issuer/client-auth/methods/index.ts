import { ApiKeyMethod } from './api-key.method.js';
import { ClientSecretMethod } from './client-secret.method.js';
import { FederatedJwtMethod } from './federated-jwt.method.js';
import { NoneMethod } from './none.method.js';
import { PrivateKeyJwtMethod } from './private-key-jwt.method.js';
import { SelfSignedTlsClientAuthMethod } from './self-signed-tls-client-auth.method.js';
import { TlsClientAuthMethod } from './tls-client-auth.method.js';

/** Every way a client may authenticate. Add a file and a line. */
export const CLIENT_AUTH_METHODS = [
  ClientSecretMethod,
  PrivateKeyJwtMethod,
  FederatedJwtMethod,
  TlsClientAuthMethod,
  SelfSignedTlsClientAuthMethod,
  ApiKeyMethod,
  NoneMethod,
];
