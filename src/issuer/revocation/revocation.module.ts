import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { ClientsModule } from '../clients/index.js';
import { RefreshTokensModule } from '../refresh-tokens/index.js';
import { SigningKeysModule } from '../signing-keys/index.js';
import { DirectoryReaction } from './directory-reaction.js';
import { OwnTokens } from './own-tokens.js';
import { RevocationFeedAccess } from './revocation-feed-access.js';
import { RevocationFeedController } from './revocation-feed.controller.js';
import { RevocationFeedDocuments } from './revocation-feed-documents.js';
import { RevocationFeedSnapshots } from './revocation-feed-snapshots.js';
import { RevocationFeedStreams } from './revocation-feed-streams.js';
import { RevocationEndpoint } from './revocation-endpoint.js';
import { RevocationController } from './revocation.controller.js';
import { RevocationRepository } from './revocation.repository.js';
import { Revocations } from './revocations.service.js';

const FEED = [RevocationFeedAccess, RevocationFeedDocuments, RevocationFeedSnapshots, RevocationFeedStreams];

@Module({
  imports: [ApiResourcesModule, ClientAuthModule, ClientsModule, RefreshTokensModule, SigningKeysModule],
  controllers: [RevocationController, RevocationFeedController],
  providers: [RevocationRepository, Revocations, DirectoryReaction, OwnTokens, RevocationEndpoint, ...FEED],
  exports: [OwnTokens, Revocations],
})
export class RevocationModule {}
