import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CallerRateLimitGuard } from './caller-rate-limit.guard.js';

/** Import it after the module of AccessTokenGuard: global guards run in the order in which their modules are imported. */
@Module({ providers: [{ provide: APP_GUARD, useClass: CallerRateLimitGuard }] })
export class CallerRateLimitModule {}
