import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { OrgsModule } from '../../directory/orgs/index.js';
import { ConsentsModule } from '../consents/index.js';
import { RefreshTokensModule } from '../refresh-tokens/index.js';
import { RegistrationModule } from '../registration/index.js';
import { SessionsModule } from '../sessions/index.js';
import { OwnAppForms } from './own-app-forms.js';
import { OwnAppsController } from './own-apps.controller.js';
import { OwnApps } from './own-apps.service.js';

@Module({
  imports: [ApiResourcesModule, ConsentsModule, OrgsModule, RefreshTokensModule, RegistrationModule, SessionsModule],
  controllers: [OwnAppsController],
  providers: [OwnAppForms, OwnApps],
  exports: [OwnApps],
})
export class OwnAppsModule {}
