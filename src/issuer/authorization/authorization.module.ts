import { Module } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { IdentityProvidersModule } from '../../directory/identity-providers/index.js';
import { AuthorizationCodesModule } from '../authorization-codes/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { ClientsModule } from '../clients/index.js';
import { ConsentsModule } from '../consents/index.js';
import { DeviceCodesModule } from '../device-codes/index.js';
import { SenderConstraintsModule } from '../sender-constraints/index.js';
import { IdTokensModule } from '../id-tokens/index.js';
import { SessionsModule } from '../sessions/index.js';
import { AuthorizationChecks } from './authorization-checks.js';
import { AuthorizationController } from './authorization.controller.js';
import { AuthorizationDecisions } from './authorization-decisions.js';
import { AuthorizationEndpoint } from './authorization-endpoint.js';
import type { AuthorizationCheck } from './authorization-facts.js';
import { AuthorizationLimits } from './authorization-limits.js';
import { AuthorizationRefusals } from './authorization-refusals.js';
import { ACCESS, WHAT, WHO_AND_WHERE } from './checks/index.js';
import { ConsentController } from './consent.controller.js';
import { ConsentForms } from './consent-forms.js';
import { Interactions } from './interactions.service.js';
import { InteractionsRepository } from './interactions.repository.js';
import { PushedRequestsRepository } from './pushed-requests.repository.js';
import { PushingClients } from './pushing-clients.js';
import { PushedRequests } from './pushed-requests.service.js';
import type { AnswerWay } from './ways/answer-way.js';
import { ANSWER_WAY_REGISTRY, ANSWER_WAYS } from './ways/index.js';

@Module({
  imports: [
    ApiResourcesModule,
    AuthorizationCodesModule,
    ClientAuthModule,
    ClientsModule,
    ConsentsModule,
    DeviceCodesModule,
    IdentityProvidersModule,
    SenderConstraintsModule,
    IdTokensModule,
    SessionsModule,
  ],
  controllers: [AuthorizationController, ConsentController],
  providers: [
    ...WHO_AND_WHERE,
    ...WHAT,
    ...ANSWER_WAYS,
    { provide: ANSWER_WAY_REGISTRY, inject: ANSWER_WAYS, useFactory: (...ways: AnswerWay[]) => new Registry('answer way', ways) },
    {
      provide: AuthorizationChecks,
      inject: [...WHO_AND_WHERE, ...WHAT, ...ACCESS],
      useFactory: (...checks: AuthorizationCheck[]) =>
        new AuthorizationChecks(
          checks.slice(0, WHO_AND_WHERE.length),
          checks.slice(WHO_AND_WHERE.length, -ACCESS.length),
          checks.slice(-ACCESS.length),
        ),
    },
    AuthorizationDecisions,
    AuthorizationEndpoint,
    AuthorizationLimits,
    AuthorizationRefusals,
    ConsentForms,
    Interactions,
    InteractionsRepository,
    PushedRequests,
    PushedRequestsRepository,
    PushingClients,
  ],
  exports: [AuthorizationChecks, AuthorizationLimits, ConsentForms, Interactions],
})
export class AuthorizationModule {}
