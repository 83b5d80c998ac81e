import { Module } from '@nestjs/common';
import { UsersModule } from '../../directory/users/index.js';
import { OwnAppsModule } from '../../issuer/own-apps/index.js';
import { SessionsModule } from '../../issuer/sessions/index.js';
import { AccountPages } from './account/account-pages.js';
import { AccountPagesController } from './account/account-pages.controller.js';
import { Assets } from './kit/assets.js';
import { AssetsController } from './kit/assets.controller.js';
import { Pages } from './kit/index.js';

/** Pages for people. */
@Module({
  imports: [OwnAppsModule, SessionsModule, UsersModule],
  controllers: [AccountPagesController, AssetsController],
  providers: [AccountPages, Assets, Pages],
})
export class PagesModule {}
