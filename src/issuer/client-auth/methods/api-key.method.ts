import { Injectable } from '@nestjs/common';
import {
  API_KEY_TOKEN_TYPE,
  OAuthError,
  TOKEN_EXCHANGE_GRANT_TYPE,
  type Client,
  type ClientAuthMethod,
  type ClientClaim,
  type ClientProof,
  type OAuthRequest,
  type Zone,
} from '@countersign/oauth';
import { ApiKeyRefusals, isApiKeyId, KnownApiKeys, refusalOf } from '../../../directory/api-keys/index.js';
import { isWithin } from '../../../directory/service-principals/index.js';
import { SecretDigests } from '../../../platform/crypto/index.js';
import { authenticationFailed } from '../authentication-failed.js';

interface ApiKeyClaim extends ClientClaim {
  readonly key: string;
}

/** RFC 8693 §2.1: of an exchange whose subject token is an API key, the key is the client too, and proves it. */
@Injectable()
export class ApiKeyMethod implements ClientAuthMethod<ApiKeyClaim> {
  readonly name = 'api_key';
  // No value of its own in the registry of methods: to other people's clients it is a public client.
  readonly metadataNames = [];
  readonly zones: readonly Zone[] = ['external'];

  constructor(
    private readonly digests: SecretDigests,
    private readonly keys: KnownApiKeys,
    private readonly refusals: ApiKeyRefusals,
  ) {}

  recognise({ params, zone }: OAuthRequest): ApiKeyClaim | undefined {
    if (zone !== 'external' || params.find('grant_type') !== TOKEN_EXCHANGE_GRANT_TYPE) return undefined;
    if (params.find('subject_token_type') !== API_KEY_TOKEN_TYPE) return undefined;
    const clientId = params.find('client_id');
    const key = params.find('subject_token');
    if (key === undefined) throw new OAuthError('invalid_request', 'subject_token is missing: send the API key in it.');
    if (clientId === undefined) throw new OAuthError('invalid_request', 'client_id is missing: send the id of the API key in it.');
    return { clientId, key };
  }

  async verify(claim: ApiKeyClaim, { id, secrets, allowedNetworks }: Client, { sourceAddress }: OAuthRequest): Promise<ClientProof> {
    if (!this.digests.match(claim.key, secrets)) throw authenticationFailed('api_key_mismatch');
    // Who asked for this proof refuses it next.
    if (!isWithin(allowedNetworks, sourceAddress)) await this.tellOwner(claim, sourceAddress);
    return { credentialId: id, via: 'api_key' };
  }

  verifyUnknown(claim: ApiKeyClaim, { sourceAddress }: OAuthRequest): Promise<void> {
    return this.tellOwner(claim, sourceAddress);
  }

  /** KEYS-5: somebody has the whole key and may not use it, such as one that ended. Who only knows its id has proven nothing. */
  private async tellOwner({ clientId, key }: ApiKeyClaim, source: string): Promise<void> {
    const known = isApiKeyId(clientId) ? await this.keys.byId(clientId) : undefined;
    if (!this.digests.match(key, known ? [known] : []) || !known) return;
    const reason = refusalOf(known, { audience: undefined, sourceAddress: source, now: Date.now() });
    if (reason !== undefined) this.refusals.count(known, reason, source);
  }
}
