import { Module } from '@nestjs/common';
import { AdministrationModule } from '../../directory/administration/index.js';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { OrgsModule } from '../../directory/orgs/index.js';
import { ThirdPartyAppsModule } from '../../directory/third-party-apps/index.js';
import { UsageModule } from '../../directory/usage/index.js';
import { UsersModule } from '../../directory/users/index.js';
import { ClientsModule } from '../clients/index.js';
import { RegistrationModule } from '../registration/index.js';
import { AppAdmissionController } from './app-admission.controller.js';
import { AppAdmission } from './app-admission.service.js';
import { AppChangesReaction } from './app-changes-reaction.js';
import { AppPoliciesRepository } from './app-policies.repository.js';
import { AppRequestsRepository } from './app-requests.repository.js';
import { ConnectedAppsController } from './connected-apps.controller.js';
import { ConnectedAppsRepository } from './connected-apps.repository.js';
import { ConnectedApps } from './connected-apps.service.js';
import { ConsentAdministration } from './consent-administration.service.js';
import { ConsentRecords } from './consent-records.js';
import { ConsentUsage } from './consent-usage.js';
import { ConsentUsageRepository } from './consent-usage.repository.js';
import { ConsentsController } from './consents.controller.js';
import { ConsentsRepository } from './consents.repository.js';
import { Consents } from './consents.service.js';
import { Delegation } from './delegation.js';
import { DelegationRepository } from './delegation.repository.js';
import { ListableApps } from './listable-apps.js';
import { PeopleReaction } from './people-reaction.js';

@Module({
  imports: [
    AdministrationModule,
    ApiResourcesModule,
    ClientsModule,
    OrgsModule,
    RegistrationModule,
    ThirdPartyAppsModule,
    UsageModule,
    UsersModule,
  ],
  controllers: [ConsentsController, AppAdmissionController, ConnectedAppsController],
  providers: [
    AppAdmission,
    AppChangesReaction,
    AppPoliciesRepository,
    AppRequestsRepository,
    ConnectedApps,
    ConnectedAppsRepository,
    ConsentAdministration,
    ConsentRecords,
    ConsentUsage,
    ConsentUsageRepository,
    Consents,
    ConsentsRepository,
    Delegation,
    DelegationRepository,
    ListableApps,
    PeopleReaction,
  ],
  exports: [AppAdmission, Consents, ConsentUsage, Delegation],
})
export class ConsentsModule {}
