import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { SigningKeysModule } from '../signing-keys/index.js';
import { DirectoryReaction } from './directory-reaction.js';
import { OwnTokens } from './own-tokens.js';
import { RevocationEndpoint } from './revocation-endpoint.js';
import { RevocationController } from './revocation.controller.js';
import { RevocationRepository } from './revocation.repository.js';
import { Revocations } from './revocations.service.js';

@Module({
  imports: [ApiResourcesModule, ClientAuthModule, SigningKeysModule],
  controllers: [RevocationController],
  providers: [RevocationRepository, Revocations, DirectoryReaction, OwnTokens, RevocationEndpoint],
  exports: [Revocations],
})
export class RevocationModule {}
