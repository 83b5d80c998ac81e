import { Global, Module } from '@nestjs/common';
import { DatabaseCheck } from './database.check.js';
import { HealthController } from './health.controller.js';
import { OpsListener } from './ops-listener.js';
import { Readiness } from './readiness.js';

@Global()
@Module({ controllers: [HealthController], providers: [Readiness, DatabaseCheck, OpsListener], exports: [Readiness] })
export class HealthModule {}
