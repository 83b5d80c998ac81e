import { Module } from '@nestjs/common';
import { PeriodRepository } from './period.repository.js';

@Module({ providers: [PeriodRepository], exports: [PeriodRepository] })
export class PeriodModule {}
