import { AccessTokenSubjects } from './access-token.verifier.js';
import { ApiKeySubjects } from './api-key.verifier.js';

/** Every type of subject token. Add a file and a line. */
export const SUBJECT_TOKEN_VERIFIERS = [AccessTokenSubjects, ApiKeySubjects];
