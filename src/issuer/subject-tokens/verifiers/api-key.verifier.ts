import { Injectable } from '@nestjs/common';
import { API_KEY_TOKEN_TYPE, OAuthError } from '@countersign/oauth';
import type { SubjectTokenPresenter, SubjectTokenVerifier, VerifiedSubject } from '../subject-token-verifier.js';

/** A program exchanges its API key for a short token, which dies with the key: it carries the id of the key as `cred`. */
@Injectable()
export class ApiKeySubjects implements SubjectTokenVerifier {
  readonly name = API_KEY_TOKEN_TYPE;

  /** The key has proven the client already, with all that may have changed since it was made. */
  verify(_: string, { client, proof }: SubjectTokenPresenter): Promise<VerifiedSubject> {
    const expiresAt = client.secrets[0]?.expiresAt;
    if (proof.via !== 'api_key' || !expiresAt)
      throw new OAuthError('invalid_request', 'An API key is exchanged by itself alone: send its id as client_id.', {
        detail: 'subject_token_foreign_key',
      });
    return Promise.resolve({
      subject: client.subject ?? client.id,
      orgId: client.orgId,
      actor: undefined,
      expiresAt: Math.floor(expiresAt.getTime() / 1000),
      root: undefined,
      ancestors: undefined,
      isOwn: true,
    });
  }
}
