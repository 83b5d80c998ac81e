import { Module } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { RevocationModule } from '../revocation/index.js';
import { SubjectTokens } from './subject-tokens.js';
import type { SubjectTokenVerifier } from './subject-token-verifier.js';
import { SUBJECT_TOKEN_VERIFIERS } from './verifiers/index.js';

@Module({
  imports: [ApiResourcesModule, RevocationModule],
  providers: [
    ...SUBJECT_TOKEN_VERIFIERS,
    {
      provide: SubjectTokens,
      inject: SUBJECT_TOKEN_VERIFIERS,
      useFactory: (...verifiers: SubjectTokenVerifier[]) => new SubjectTokens(new Registry('subject token type', verifiers)),
    },
  ],
  exports: [SubjectTokens],
})
export class SubjectTokensModule {}
