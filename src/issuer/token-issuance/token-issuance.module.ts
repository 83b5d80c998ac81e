import { Module } from '@nestjs/common';
import { Registry, type Grant } from '@countersign/oauth';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { OrgsModule } from '../../directory/orgs/index.js';
import { AuthorizationCodesModule } from '../authorization-codes/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { ConsentsModule } from '../consents/index.js';
import { DeviceCodesModule } from '../device-codes/index.js';
import { IdTokensModule } from '../id-tokens/index.js';
import { RefreshTokensModule } from '../refresh-tokens/index.js';
import { SenderConstraintsModule } from '../sender-constraints/index.js';
import { SigningKeysModule } from '../signing-keys/index.js';
import { SubjectTokensModule } from '../subject-tokens/index.js';
import { GRANTS } from './grants/index.js';
import { RefusalAudit } from './refusal-audit.js';
import { TokenEndpoint } from './token-endpoint.js';
import { GRANT_REGISTRY, TokenIssuance } from './token-issuance.service.js';
import { TokenLimits } from './token-limits.js';
import { TokenMinter } from './token-minter.js';
import { TokenController } from './token.controller.js';

@Module({
  imports: [
    ApiResourcesModule,
    AuthorizationCodesModule,
    ClientAuthModule,
    ConsentsModule,
    DeviceCodesModule,
    IdTokensModule,
    OrgsModule,
    RefreshTokensModule,
    SenderConstraintsModule,
    SigningKeysModule,
    SubjectTokensModule,
  ],
  controllers: [TokenController],
  providers: [
    ...GRANTS,
    { provide: GRANT_REGISTRY, inject: GRANTS, useFactory: (...grants: Grant[]) => new Registry('grant', grants) },
    RefusalAudit,
    TokenEndpoint,
    TokenIssuance,
    TokenLimits,
    TokenMinter,
  ],
  exports: [GRANT_REGISTRY],
})
export class TokenIssuanceModule {}
