import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { ApiResourcesModule } from '../api-resources/index.js';
import { CredentialsModule } from '../credentials/index.js';
import { OrgsModule } from '../orgs/index.js';
import { AppClientsRepository } from './app-clients.repository.js';
import { AppGrants } from './app-grants.js';
import { AppRecords } from './app-records.js';
import { AppTransactions } from './app-transactions.js';
import { DynamicApps } from './dynamic-apps.service.js';
import { PublisherReaction } from './publisher-reaction.js';
import { ReviewedNames } from './reviewed-names.js';
import { SelfDescribedApps } from './self-described-apps.js';
import { ThirdPartyAppChanges } from './third-party-app-changes.service.js';
import { ThirdPartyAppReviewController } from './third-party-app-review.controller.js';
import { ThirdPartyAppSecretsController } from './third-party-app-secrets.controller.js';
import { ThirdPartyAppSecrets } from './third-party-app-secrets.service.js';
import { ThirdPartyAppSource } from './third-party-app-source.js';
import { ThirdPartyAppsController } from './third-party-apps.controller.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';
import { ThirdPartyApps } from './third-party-apps.service.js';

@Module({
  imports: [AdministrationModule, ApiResourcesModule, CredentialsModule, IdempotencyModule, OrgsModule],
  controllers: [ThirdPartyAppsController, ThirdPartyAppReviewController, ThirdPartyAppSecretsController],
  providers: [
    AppClientsRepository,
    AppGrants,
    AppRecords,
    AppTransactions,
    DynamicApps,
    PublisherReaction,
    ReviewedNames,
    SelfDescribedApps,
    ThirdPartyAppChanges,
    ThirdPartyApps,
    ThirdPartyAppSecrets,
    ThirdPartyAppSource,
    ThirdPartyAppsRepository,
  ],
  exports: [AppGrants, DynamicApps, ReviewedNames, SelfDescribedApps, ThirdPartyAppSource],
})
export class ThirdPartyAppsModule {}
