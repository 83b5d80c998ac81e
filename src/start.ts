import 'reflect-metadata';
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { Bootstrap, type FirstStart } from './bootstrap/index.js';
import { RefusalCounter } from './platform/audit/index.js';
import { Configuration, loadConfiguration, servesZone } from './platform/config/index.js';
import { connectDatabase, migrate, type DatabaseConnection } from './platform/database/index.js';
import {
  addCertificateHook,
  addCrossOriginHooks,
  addRefusedBodyHook,
  addRequestHooks,
  createFastifyAdapter,
  UnusedConnections,
} from './platform/http/index.js';
import { Readiness } from './platform/health/index.js';
import { TlsListeners } from './platform/listeners/index.js';
import { Log } from './platform/logging/index.js';
import { Tracing } from './platform/tracing/index.js';
import { RequestMetrics } from './platform/metrics/index.js';
import { mountDocumentation } from './web/docs/index.js';

const SWEEP_MS = 50;

export interface RunningServer {
  readonly configuration: Configuration;
  readonly firstStart: FirstStart;
  readonly log: Log;
  /** Finishes running requests, then lets go of everything. */
  stop(): Promise<void>;
}

/** Database, migrations, application, seed, listeners: in this order, and undone in reverse when one fails. */
export async function startServer(environment: NodeJS.ProcessEnv, progress: (line: string) => void): Promise<RunningServer> {
  const configuration = loadConfiguration(environment);
  const { settings } = configuration;
  const log = Log.create(settings);
  warnOfDangers(configuration, log);
  const connection = await connectDatabase(settings, progress);
  try {
    const applied = await migrate(connection.migrationUrl, decodeURIComponent(new URL(connection.runtimeUrl).username));
    if (applied.length > 0) progress(`applied ${applied.length} migrations`);
    const tracing = await Tracing.open(settings);
    const { app, tlsListeners } = await createApplication(configuration, connection, { log, tracing });
    const unused = new UnusedConnections(app.getHttpServer() as Server);
    const firstStart = await app.get(Bootstrap).run(progress);
    await tlsListeners.open();
    // Fastify's own listen: Nest's would log the failure too, which is told once and by name in start-failure.ts.
    if (servesZone(settings, 'external')) await app.getHttpAdapter().getInstance().listen({ port: settings.PORT, host: settings.HOST });
    app.get(Readiness).open();
    return { configuration, firstStart, log, stop: () => stop(app, unused, connection, { log, tracing }) };
  } catch (error) {
    await connection.stop();
    throw error;
  }
}

interface Application {
  readonly app: NestFastifyApplication;
  readonly tlsListeners: TlsListeners;
}

interface Observers {
  readonly log: Log;
  readonly tracing: Tracing;
}

async function createApplication(
  configuration: Configuration,
  connection: DatabaseConnection,
  { log, tracing }: Observers,
): Promise<Application> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration, connection, log),
    createFastifyAdapter(configuration.settings),
    {
      logger: log,
      bodyParser: false,
      abortOnError: false,
    },
  );
  const fastify = app.getHttpAdapter().getInstance();
  addRequestHooks(fastify, configuration.settings, { log, tracing, metrics: app.get(RequestMetrics) });
  addCrossOriginHooks(fastify);
  addRefusedBodyHook(fastify);
  addCertificateHook(fastify, configuration.settings, app.get(RefusalCounter));
  const tlsListeners = new TlsListeners(fastify, configuration.settings);
  mountDocumentation(app, configuration.settings.PUBLIC_URL);
  await app.init();
  return { app, tlsListeners };
}

async function stop(
  app: NestFastifyApplication,
  unused: UnusedConnections,
  connection: DatabaseConnection,
  { log, tracing }: Observers,
): Promise<void> {
  // Fastify closes the connections that are idle now; those whose last request still runs would stay for their keep-alive time.
  const sweep = setInterval(() => {
    (app.getHttpServer() as Server).closeIdleConnections();
    unused.close();
  }, SWEEP_MS);
  await app.close();
  clearInterval(sweep);
  // A collector that is away must not hold the process.
  await tracing.close().catch((error: unknown) => log.warn('tracing.not_sent', { error }));
  await connection.stop();
  log.flush();
}

function warnOfDangers({ settings }: Configuration, log: Log): void {
  for (const [setting, value] of Object.entries(settings)) {
    if (setting.startsWith('DANGEROUSLY_') && value === true) log.warn('configuration.dangerous', { setting });
  }
}
