import { Injectable } from '@nestjs/common';
import type { Client, ClientAuthMethod, ClientClaim, ClientProof, OAuthRequest, Zone } from '@countersign/oauth';

/** RFC 6749 §2.1: a public client proves nothing; it only says who it is. What it gets is proven by the verifier of its code. */
@Injectable()
export class NoneMethod implements ClientAuthMethod {
  readonly name = 'none';
  readonly metadataNames = ['none'];
  readonly zones: readonly Zone[] = ['external'];
  readonly implicit = true;

  recognise({ params }: OAuthRequest): ClientClaim | undefined {
    const clientId = params.find('client_id');
    return clientId === undefined ? undefined : { clientId };
  }

  verify(_: ClientClaim, client: Client): Promise<ClientProof> {
    return Promise.resolve({ credentialId: client.id, via: 'none' });
  }

  verifyUnknown(): Promise<void> {
    return Promise.resolve();
  }
}
