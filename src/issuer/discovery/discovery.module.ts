import { Module } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { SenderConstraintsModule } from '../sender-constraints/index.js';
import { SigningKeysModule } from '../signing-keys/index.js';
import { TokenIssuanceModule } from '../token-issuance/index.js';
import { DiscoveryController } from './discovery.controller.js';
import { Discovery, METADATA_REGISTRY } from './discovery.service.js';
import type { MetadataPart } from './metadata-part.js';
import { METADATA_PARTS } from './metadata-parts.js';

@Module({
  imports: [ApiResourcesModule, ClientAuthModule, SenderConstraintsModule, SigningKeysModule, TokenIssuanceModule],
  controllers: [DiscoveryController],
  providers: [
    ...METADATA_PARTS,
    { provide: METADATA_REGISTRY, inject: METADATA_PARTS, useFactory: (...parts: MetadataPart[]) => new Registry('metadata part', parts) },
    Discovery,
  ],
})
export class DiscoveryModule {}
