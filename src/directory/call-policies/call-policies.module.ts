import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { ApiResourcesModule } from '../api-resources/index.js';
import { MicroserviceIdentitiesModule } from '../microservice-identities/index.js';
import { OrgsModule } from '../orgs/index.js';
import { CallExplanations } from './call-explanations.service.js';
import { CallPoliciesController } from './call-policies.controller.js';
import { CallPoliciesRepository } from './call-policies.repository.js';
import { CallPolicies } from './call-policies.service.js';
import { CallPolicyRecords } from './call-policy-records.js';
import { TargetReaction } from './target-reaction.js';

@Module({
  imports: [AdministrationModule, ApiResourcesModule, IdempotencyModule, MicroserviceIdentitiesModule, OrgsModule],
  controllers: [CallPoliciesController],
  providers: [CallPoliciesRepository, CallPolicyRecords, CallPolicies, CallExplanations, TargetReaction],
})
export class CallPoliciesModule {}
