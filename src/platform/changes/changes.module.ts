import { Global, Module } from '@nestjs/common';
import { ChangeListener } from './change-listener.js';
import { Changes } from './changes.js';

@Global()
@Module({ providers: [Changes, ChangeListener], exports: [Changes, ChangeListener] })
export class ChangesModule {}
