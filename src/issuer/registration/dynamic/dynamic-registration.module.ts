import { Module } from '@nestjs/common';
import { AdministrationModule } from '../../../directory/administration/index.js';
import { ApiResourcesModule } from '../../../directory/api-resources/index.js';
import { ThirdPartyAppsModule } from '../../../directory/third-party-apps/index.js';
import { IdempotencyModule } from '../../../platform/idempotency/index.js';
import { RegistrableScopes } from './registrable-scopes.js';
import { RegistrationAnswers } from './registration-answers.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationDoor } from './registration-door.js';
import { RegistrationLives } from './registration-lives.js';
import { RegistrationManagement } from './registration-management.service.js';
import { Registration } from './registration.service.js';
import { RegistrationsRepository } from './registrations.repository.js';
import { RegistrationTokensController } from './registration-tokens.controller.js';
import { RegistrationTokensRepository } from './registration-tokens.repository.js';
import { RegistrationTokens } from './registration-tokens.service.js';

@Module({
  imports: [AdministrationModule, ApiResourcesModule, IdempotencyModule, ThirdPartyAppsModule],
  controllers: [RegistrationController, RegistrationTokensController],
  providers: [
    RegistrableScopes,
    Registration,
    RegistrationAnswers,
    RegistrationDoor,
    RegistrationLives,
    RegistrationManagement,
    RegistrationsRepository,
    RegistrationTokens,
    RegistrationTokensRepository,
  ],
})
export class DynamicRegistrationModule {}
