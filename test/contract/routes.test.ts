import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { undeclaredRoutes } from '@countersign/guards';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { loadConfiguration } from '../../src/platform/config/index.js';
import { connectDatabase, type DatabaseConnection } from '../../src/platform/database/index.js';
import { createFastifyAdapter } from '../../src/platform/http/index.js';
import { Log } from '../../src/platform/logging/index.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { openApiOf } from '../support/openapi.js';

/** Routes of our own services: the public documentation does not know them. */
const INTERNAL = ['/internal/', '/certificates', '/.well-known/spiffe-bundle'];

/** Pages for people, and what they are made of: no API. */
const PAGES = [
  'GET /',
  'GET /account',
  'GET /account/apps/{id}',
  'GET /account/tokens/new',
  'GET /assets/{name}',
  'GET /consent',
  'GET /device',
  'GET /device/done',
  'GET /device/refused',
  'GET /login',
  'GET /login/join',
  'GET /login/organization',
  'GET /login/providers/{id}',
  'GET /login/reset',
  'GET /logout',
  'GET /logout/done',
  'POST /account/tokens',
  'POST /account/tokens/{id}/revoke',
  'POST /login/organization',
];

let server: TestServer;
let app: NestFastifyApplication;
let connection: DatabaseConnection;
/** `METHOD /path/{parameter}` of everything that Nest registered. */
const registered = new Set<string>();

beforeAll(async () => {
  server = await startTestServer();
  const { dataDir, runtimeUrl, ownerUrl } = server.files;
  const configuration = loadConfiguration({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATA_DIR: dataDir,
    DATABASE_URL: runtimeUrl,
    MIGRATION_DATABASE_URL: ownerUrl,
    PUBLIC_URL: server.url,
    OPS_PORT: '31999',
  });
  connection = await connectDatabase(configuration.settings, () => undefined);
  const adapter = createFastifyAdapter(configuration.settings);
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat())
      if (each !== 'HEAD' && !INTERNAL.some((start) => url.startsWith(start)))
        registered.add(`${each} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
  app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration, connection, Log.create(configuration.settings)),
    adapter,
    { logger: false, bodyParser: false },
  );
  await app.init();
});
afterAll(async () => {
  await app?.close();
  await connection?.stop();
  await server.stop();
});

describe('section access: the routes of the application', () => {
  // Seen to fail when @RequireScopes is taken from one method.
  it('403 would be the answer of a route that declares nothing; there is none', () => {
    expect(undeclaredRoutes(app)).toEqual([]);
  });

  it('section OpenAPI: every registered route is documented, and every documented one is registered', async () => {
    const document = await openApiOf(server.url);
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...registered].filter((route) => !documented.includes(route)).sort()).toEqual(PAGES);
    expect(documented.filter((route) => !registered.has(route)).sort()).toEqual([]);
  });
});
