import { Injectable } from '@nestjs/common';
import { ACCESS_TOKEN_TYPE, OAuthError, type AccessTokenClaims, type Zone } from '@countersign/oauth';
import { TokenRefused } from '@countersign/resource-server';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { OwnTokens, Revocations } from '../../revocation/index.js';
import type { SubjectTokenPresenter, SubjectTokenVerifier, VerifiedSubject } from '../subject-token-verifier.js';
import { addresseeMistake, subjectOf } from './access-token-subject.policy.js';

/** A service exchanges the access token that it was called with: an internal one, or an external one of an API that it serves. */
@Injectable()
export class AccessTokenSubjects implements SubjectTokenVerifier {
  readonly name = ACCESS_TOKEN_TYPE;

  constructor(
    private readonly tokens: OwnTokens,
    private readonly revocations: Revocations,
    private readonly apis: ApiCatalogue,
  ) {}

  async verify(token: string, { client, sender, note }: SubjectTokenPresenter): Promise<VerifiedSubject> {
    const { claims, zone } = await this.read(token);
    note({ subject_jti: claims.jti, subject_root: claims.root, subject_client_id: claims.client_id, subject_audience: claims.aud });
    await this.revocations.ensureCurrent();
    if (this.revocations.list.isRevoked(claims)) throw refused('revoked');
    const mistake = addresseeMistake({ claims, zone, api: this.apis.find(claims.aud), service: client.subject });
    if (mistake !== undefined) throw refused(mistake);
    // TX-8: who serves the API has seen the proof; the token that goes on is bound to this client's own key, never to none.
    if (claims.cnf !== undefined && sender === undefined) throw refused('unbound');
    // No tolerance as guards have it: what is issued now must end before this does.
    if (claims.exp - Date.now() / 1000 < 1) throw refused('expired');
    return subjectOf(claims);
  }

  private async read(token: string): Promise<{ claims: AccessTokenClaims; zone: Zone }> {
    try {
      return await this.tokens.verify(token);
    } catch (error) {
      throw error instanceof TokenRefused ? refused(error.reason, error) : error;
    }
  }
}

const EXPLAINED: Readonly<Record<string, string>> = {
  expired: 'The subject token expired.',
  unbound: 'The subject token is bound to a key. Exchange it over a connection that shows a client certificate of your own.',
};
const INVALID =
  'The subject token is not valid, or not for this service: it must be an access token whose audience is the service, or an API that names it in served_by.';

function refused(reason: string, cause?: Error): OAuthError {
  return new OAuthError('invalid_request', EXPLAINED[reason] ?? INVALID, { detail: `subject_token_${reason}`, cause });
}
