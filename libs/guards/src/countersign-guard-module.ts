import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccessTokenGuard } from './access-token-guard.js';
import type { CountersignGuardAsyncOptions, CountersignGuardOptions } from './countersign-guard-options.js';
import { ResourceRequestRefusedFilter } from './resource-request-refused-filter.js';

const OPTIONS = Symbol('countersign:guard-options');

/** Puts AccessTokenGuard before every route of the application, and answers its refusals. */
@Module({})
export class CountersignGuardModule {
  static forRoot(options: CountersignGuardOptions): DynamicModule {
    return CountersignGuardModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync<Args extends unknown[]>({
    imports = [],
    inject = [],
    useFactory,
    ownRefusalFilter = false,
  }: CountersignGuardAsyncOptions<Args>): DynamicModule {
    return {
      module: CountersignGuardModule,
      global: true,
      imports,
      providers: [
        { provide: OPTIONS, useFactory, inject },
        // By factory: Nest would inject passport's module options into the guard that @nestjs/passport makes.
        { provide: AccessTokenGuard, useFactory: (options: CountersignGuardOptions) => new AccessTokenGuard(options), inject: [OPTIONS] },
        // As an alias, so that tests can override AccessTokenGuard.
        { provide: APP_GUARD, useExisting: AccessTokenGuard },
        ...(ownRefusalFilter ? [] : [{ provide: APP_FILTER, useClass: ResourceRequestRefusedFilter }]),
      ],
      exports: [AccessTokenGuard],
    };
  }
}
