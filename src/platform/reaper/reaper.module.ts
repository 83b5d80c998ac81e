import { Global, Module } from '@nestjs/common';
import { Reaper } from './reaper.js';

@Global()
@Module({ providers: [Reaper], exports: [Reaper] })
export class ReaperModule {}
