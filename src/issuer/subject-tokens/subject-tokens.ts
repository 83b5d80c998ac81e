import { OAuthError, type Registry } from '@countersign/oauth';
import type { SubjectTokenPresenter, SubjectTokenVerifier, VerifiedSubject } from './subject-token-verifier.js';

/** Finds who a presented token speaks for, by the type that the client says it has. */
export class SubjectTokens {
  constructor(private readonly verifiers: Registry<SubjectTokenVerifier>) {}

  /** @throws OAuthError `invalid_request` */
  verify(type: string, token: string, presenter: SubjectTokenPresenter): Promise<VerifiedSubject> {
    const verifier = this.verifiers.find(type);
    if (!verifier) throw new OAuthError('invalid_request', `subject_token_type must be one of: ${this.verifiers.names().join(' ')}`);
    return verifier.verify(token, presenter);
  }
}
