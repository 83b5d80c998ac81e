import { Module } from '@nestjs/common';
import { Assets } from './kit/assets.js';
import { AssetsController } from './kit/assets.controller.js';
import { Pages } from './kit/index.js';

/** Pages for people. */
@Module({
  controllers: [AssetsController],
  providers: [Assets, Pages],
})
export class PagesModule {}
