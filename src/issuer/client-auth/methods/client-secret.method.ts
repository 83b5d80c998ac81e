import { Injectable } from '@nestjs/common';
import {
  OAuthError,
  parseBasicCredentials,
  type Client,
  type ClientAuthMethod,
  type ClientClaim,
  type ClientProof,
  type OAuthRequest,
} from '@countersign/oauth';
import { SecretDigests } from '../../../platform/crypto/index.js';
import { authenticationFailed } from '../authentication-failed.js';

export interface SecretClaim extends ClientClaim {
  readonly secret: string;
  readonly via: 'client_secret_basic' | 'client_secret_post';
}

/** RFC 6749 §2.3.1: a shared secret, by HTTP Basic or in the form. */
@Injectable()
export class ClientSecretMethod implements ClientAuthMethod<SecretClaim> {
  readonly name = 'client_secret';
  readonly metadataNames = ['client_secret_basic', 'client_secret_post'];

  constructor(private readonly digests: SecretDigests) {}

  recognise(request: OAuthRequest): SecretClaim | undefined {
    const basic = request.authorization === undefined ? undefined : parseBasicCredentials(request.authorization);
    const secret = request.params.find('client_secret');
    const clientId = request.params.find('client_id');
    if (basic) {
      // RFC 6749 §2.3: a client must not use more than one method per request.
      if (secret !== undefined)
        throw new OAuthError('invalid_request', 'The client authenticates twice: use the Authorization header or the form, not both.');
      if (clientId !== undefined && clientId !== basic.clientId)
        throw new OAuthError('invalid_request', 'client_id differs from the client in the Authorization header.');
      return { clientId: basic.clientId, secret: basic.clientSecret, via: 'client_secret_basic' };
    }
    if (secret === undefined) return undefined;
    if (clientId === undefined) throw new OAuthError('invalid_request', 'client_secret is sent without client_id.');
    return { clientId, secret, via: 'client_secret_post' };
  }

  verify(claim: SecretClaim, client: Client): Promise<ClientProof> {
    const secret = this.digests.match(claim.secret, client.secrets);
    if (!secret) throw authenticationFailed('secret_mismatch');
    if (secret.expiresAt && secret.expiresAt.getTime() <= Date.now()) throw authenticationFailed('secret_expired');
    return Promise.resolve({ credentialId: secret.id, via: claim.via });
  }

  verifyUnknown(claim: SecretClaim): Promise<void> {
    this.digests.match(claim.secret, []);
    return Promise.resolve();
  }
}
