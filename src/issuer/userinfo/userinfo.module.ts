import { Module } from '@nestjs/common';
import { UsersModule } from '../../directory/users/index.js';
import { UserInfoController } from './userinfo.controller.js';
import { UserInfoReader } from './user-info-reader.js';

@Module({ imports: [UsersModule], controllers: [UserInfoController], providers: [UserInfoReader] })
export class UserInfoModule {}
