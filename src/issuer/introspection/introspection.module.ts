import { Module } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import { ApiKeysModule } from '../../directory/api-keys/index.js';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { CredentialsModule } from '../../directory/credentials/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { ConsentsModule } from '../consents/index.js';
import { RefreshTokensModule } from '../refresh-tokens/index.js';
import { RevocationModule } from '../revocation/index.js';
import { SigningKeysModule } from '../signing-keys/index.js';
import { IntrospectionCallers } from './introspection-callers.js';
import { IntrospectionEndpoint, TOKEN_KIND_REGISTRY } from './introspection-endpoint.js';
import { IntrospectionController } from './introspection.controller.js';
import { SignedAnswers } from './signed-answers.js';
import type { TokenKind } from './token-kind.js';
import { TOKEN_KINDS } from './tokens/index.js';

@Module({
  imports: [
    ApiKeysModule,
    ApiResourcesModule,
    ClientAuthModule,
    ConsentsModule,
    CredentialsModule,
    RefreshTokensModule,
    RevocationModule,
    SigningKeysModule,
  ],
  controllers: [IntrospectionController],
  providers: [
    ...TOKEN_KINDS,
    { provide: TOKEN_KIND_REGISTRY, inject: TOKEN_KINDS, useFactory: (...kinds: TokenKind[]) => new Registry('kind of token', kinds) },
    IntrospectionCallers,
    IntrospectionEndpoint,
    SignedAnswers,
  ],
})
export class IntrospectionModule {}
