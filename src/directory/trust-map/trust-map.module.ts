import { Module } from '@nestjs/common';
import { AdministrationModule } from '../administration/index.js';
import { TrustMapController } from './trust-map.controller.js';
import { TrustMapRepository } from './trust-map.repository.js';
import { TrustMaps } from './trust-maps.service.js';

@Module({ imports: [AdministrationModule], controllers: [TrustMapController], providers: [TrustMapRepository, TrustMaps] })
export class TrustMapModule {}
