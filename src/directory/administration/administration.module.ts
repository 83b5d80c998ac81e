import { Module } from '@nestjs/common';
import { ChangeRecorder } from './change-recorder.js';

@Module({ providers: [ChangeRecorder], exports: [ChangeRecorder] })
export class AdministrationModule {}
