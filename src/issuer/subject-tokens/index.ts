export { SubjectTokens } from './subject-tokens.js';
export { SubjectTokensModule } from './subject-tokens.module.js';
export type { VerifiedSubject } from './subject-token-verifier.js';
