import { Module } from '@nestjs/common';
import { DemoRepository } from './demo.repository.js';
import { SaasalyticsDemo } from './saasalytics-demo.js';

@Module({ providers: [SaasalyticsDemo, DemoRepository], exports: [SaasalyticsDemo] })
export class DemoModule {}
