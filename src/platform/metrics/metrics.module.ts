import { Global, Module } from '@nestjs/common';
import { RequestMetrics } from './request-metrics.js';

@Global()
@Module({ providers: [RequestMetrics], exports: [RequestMetrics] })
export class MetricsModule {}
