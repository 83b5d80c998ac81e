import { Module } from '@nestjs/common';
import { Watch } from './watch.service.js';
import { WatchRepository } from './watch.repository.js';
import { WatchRounds } from './watch-rounds.js';

@Module({ providers: [WatchRepository, Watch, WatchRounds] })
export class WatchModule {}
