import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { ApiResourcesModule } from '../api-resources/index.js';
import { ActiveOrgs } from './active-orgs.js';
import { Ceilings } from './ceilings.js';
import { MovedAudienceReaction } from './moved-audience-reaction.js';
import { OrgImpact } from './org-impact.js';
import { OrgSuspension } from './org-suspension.service.js';
import { OrgsController } from './orgs.controller.js';
import { OrgsRepository } from './orgs.repository.js';
import { Orgs } from './orgs.service.js';

@Module({
  imports: [AdministrationModule, ApiResourcesModule, IdempotencyModule],
  controllers: [OrgsController],
  providers: [OrgsRepository, Orgs, OrgSuspension, OrgImpact, ActiveOrgs, Ceilings, MovedAudienceReaction],
  exports: [Orgs, OrgImpact, ActiveOrgs],
})
export class OrgsModule {}
