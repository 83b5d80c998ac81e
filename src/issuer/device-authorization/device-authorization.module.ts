import { Module } from '@nestjs/common';
import { AuthorizationModule } from '../authorization/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { DeviceCodesModule } from '../device-codes/index.js';
import { SessionsModule } from '../sessions/index.js';
import { DeviceAuthorizationController } from './device-authorization.controller.js';
import { DeviceAuthorization } from './device-authorization.service.js';
import { DeviceForms } from './device-forms.js';
import { UserCodeLimits } from './user-code-limits.js';

@Module({
  imports: [AuthorizationModule, ClientAuthModule, DeviceCodesModule, SessionsModule],
  controllers: [DeviceAuthorizationController],
  providers: [DeviceAuthorization, DeviceForms, UserCodeLimits],
  exports: [DeviceForms],
})
export class DeviceAuthorizationModule {}
