import { Module } from '@nestjs/common';
import { IdentityProvidersModule } from '../../directory/identity-providers/index.js';
import { UsersModule } from '../../directory/users/index.js';
import { AuthorizationModule } from '../authorization/index.js';
import { SessionsModule } from '../sessions/index.js';
import { PendingSignInsRepository } from './pending-sign-ins.repository.js';
import { PendingSignIns } from './pending-sign-ins.js';
import { ProviderClients } from './provider-clients.js';
import { ProviderEntry } from './provider-entry.js';
import { ProviderProofs } from './provider-proofs.js';
import { ProviderRefusals } from './provider-refusals.js';
import { ProviderSignInController } from './provider-sign-in.controller.js';
import { ProviderSignInForms } from './provider-sign-in-forms.js';
import { ProviderSignIn } from './provider-sign-in.service.js';

@Module({
  imports: [AuthorizationModule, IdentityProvidersModule, SessionsModule, UsersModule],
  controllers: [ProviderSignInController],
  providers: [
    PendingSignIns,
    PendingSignInsRepository,
    ProviderClients,
    ProviderEntry,
    ProviderProofs,
    ProviderRefusals,
    ProviderSignIn,
    ProviderSignInForms,
  ],
  exports: [ProviderSignInForms],
})
export class ProviderSignInModule {}
