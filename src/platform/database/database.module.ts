import { Module, type DynamicModule, type FactoryProvider, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Configuration } from '../config/index.js';
import { DatabaseConnectionToken } from './database-connection.token.js';
import type { DatabaseConnection } from './connection.js';
import { impatientClient } from './impatient-client.js';
import { StatementNames } from './statement-names.js';
import { LastingDataSource } from './lasting-data-source.js';
import { PlatformTransactions, TenantTransactions } from './transactions.js';

/** The server ends a statement that takes too long; where not even that arrives, nobody is there. */
const SILENCE_AFTER_TIMEOUT_MS = 1_000;

type EntityClass = new () => object;

@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  /** Global modules are shut down in the reverse order of their imports, so this one comes after all that write. */
  async onApplicationShutdown(): Promise<void> {
    await (this.dataSource as LastingDataSource).close();
  }

  /** @param entities every entity of the application; `app.module.ts` is the one file that knows them all. */
  static forRoot(connection: DatabaseConnection, entities: EntityClass[]): DynamicModule {
    const typeorm = TypeOrmModule.forRootAsync({
      dataSourceFactory: (options) => new LastingDataSource(options as DataSourceOptions).initialize(),
      inject: [Configuration],
      useFactory: ({ settings }: Configuration) => ({
        type: 'postgres' as const,
        url: connection.runtimeUrl,
        entities,
        synchronize: false,
        migrationsRun: false,
        applicationName: 'countersign',
        // TypeORM would wait out a database that is down at start; the migrator has just reached it.
        retryAttempts: 3,
        retryDelay: 500,
        poolErrorHandler: () => undefined,
        extra: {
          Client: impatientClient(
            settings.DATABASE_STATEMENT_TIMEOUT_MS + SILENCE_AFTER_TIMEOUT_MS,
            settings.DATABASE_LISTEN_URL ? undefined : new StatementNames(),
          ),
          pipeline: true,
          max: settings.DATABASE_POOL_SIZE,
          min: 1,
          connectionTimeoutMillis: 3_000,
          idleTimeoutMillis: 60_000,
          keepAlive: true,
        },
      }),
    });
    return {
      module: DatabaseModule,
      global: true,
      imports: [typeorm],
      providers: [
        transactions(TenantTransactions),
        transactions(PlatformTransactions),
        { provide: DatabaseConnectionToken, useValue: connection },
      ],
      exports: [TenantTransactions, PlatformTransactions, DatabaseConnectionToken, TypeOrmModule],
    };
  }
}

function transactions<T>(door: new (dataSource: DataSource, statementTimeoutMs: number) => T): FactoryProvider<T> {
  return {
    provide: door,
    inject: [DataSource, Configuration],
    useFactory: (dataSource: DataSource, { settings }: Configuration) => new door(dataSource, settings.DATABASE_STATEMENT_TIMEOUT_MS),
  };
}
