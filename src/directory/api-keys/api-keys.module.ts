import { Module, type OnModuleInit } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { AdministrationModule } from '../administration/index.js';
import { ApiResourcesModule } from '../api-resources/index.js';
import { CredentialsModule, LastUsed } from '../credentials/index.js';
import { OrgImpact, OrgsModule } from '../orgs/index.js';
import { ServicePrincipalsModule } from '../service-principals/index.js';
import { UsersModule } from '../users/index.js';
import { ApiKeyCredential } from './api-key-credential.js';
import { ApiKeyMinting } from './api-key-minting.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeyRefusals } from './api-key-refusals.js';
import { ApiKeySource } from './api-key-source.js';
import { ApiKeyStandings } from './api-key-standings.repository.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeys } from './api-keys.service.js';
import { isApiKeyId, KnownApiKeys } from './known-api-keys.js';
import { OwnerReaction } from './owner.reaction.js';
import { PersonalAccessTokensController } from './personal-access-tokens.controller.js';
import { PersonalAccessTokens } from './personal-access-tokens.service.js';
import { TokenChoices } from './token-choices.js';
import { LeakedKeys } from './secret-scanning/leaked-keys.js';
import { ScannerKeys } from './secret-scanning/scanner-keys.js';
import { SecretScanningController } from './secret-scanning/secret-scanning.controller.js';
import { SecretScanning } from './secret-scanning/secret-scanning.service.js';

@Module({
  imports: [
    AdministrationModule,
    ApiResourcesModule,
    CredentialsModule,
    IdempotencyModule,
    OrgsModule,
    ServicePrincipalsModule,
    UsersModule,
  ],
  controllers: [ApiKeysController, PersonalAccessTokensController, SecretScanningController],
  providers: [
    ApiKeyCredential,
    ApiKeyMinting,
    ApiKeyRecords,
    ApiKeyRefusals,
    ApiKeys,
    ApiKeySource,
    ApiKeysRepository,
    ApiKeyStandings,
    KnownApiKeys,
    LeakedKeys,
    OwnerReaction,
    PersonalAccessTokens,
    ScannerKeys,
    SecretScanning,
    TokenChoices,
  ],
  exports: [ApiKeyCredential, ApiKeyRefusals, ApiKeySource, KnownApiKeys, PersonalAccessTokens, TokenChoices],
})
export class ApiKeysModule implements OnModuleInit {
  constructor(
    private readonly impact: OrgImpact,
    private readonly keys: ApiKeysRepository,
    private readonly lastUsed: LastUsed,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.impact.add({ name: 'api_keys', count: (tx, orgId) => this.keys.countLive(tx, orgId) });
    this.reaper.add({ name: 'api_keys', reap: (tx, limit) => this.keys.reap(tx, limit) });
    this.lastUsed.add({
      name: 'api_keys',
      owns: isApiKeyId,
      setLastUsed: (tx, uses) => this.keys.setLastUsed(tx, uses),
    });
  }
}
