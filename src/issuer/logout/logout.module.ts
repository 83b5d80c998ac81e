import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/index.js';
import { IdTokensModule } from '../id-tokens/index.js';
import { SessionsModule } from '../sessions/index.js';
import { LogoutController } from './logout.controller.js';
import { LogoutEndpoint } from './logout-endpoint.js';
import { LogoutRequests } from './logout-requests.js';

@Module({
  imports: [ClientsModule, IdTokensModule, SessionsModule],
  controllers: [LogoutController],
  providers: [LogoutEndpoint, LogoutRequests],
  exports: [LogoutRequests],
})
export class LogoutModule {}
