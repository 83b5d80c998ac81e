import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, requestToken, tokenOf } from '../support/requests.js';
import { EmptyDatabase } from './support/empty-database.js';
import { keySettings, listeners, newOperator, operatorSettings, Product, type Environment } from './support/product.js';

let database: EmptyDatabase;
let dataDir: string;
const products: Product[] = [];
beforeAll(async () => {
  database = await EmptyDatabase.create();
  dataDir = mkdtempSync(join(tmpdir(), 'countersign-production-'));
});
afterEach(() => Promise.all(products.splice(0).map((product) => product.stop())));
afterAll(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

async function refusalOf(environment: Environment): Promise<{ end: number | NodeJS.Signals; output: string }> {
  const product = Product.run({ DATA_DIR: dataDir, ...environment });
  return { end: await product.ended, output: product.output };
}

async function startProduction(environment: Environment): Promise<{ product: Product; url: string }> {
  const { url, readyUrl, environment: ports } = await listeners();
  const product = Product.run({
    NODE_ENV: 'production',
    DATA_DIR: dataDir,
    ...database.settings,
    ...ports,
    PUBLIC_URL: 'https://auth.example.com',
    INTERNAL_URL: 'https://auth.internal.example.com',
    ...environment,
  });
  products.push(product);
  return { product: await product.ready(readyUrl), url };
}

describe('a production start that is refused', () => {
  it('with nothing set ends with 1 and one list of all mistakes, without a stack trace', async () => {
    const { end, output } = await refusalOf({ NODE_ENV: 'production' });
    expect(end).toBe(1);
    const [title, ...lines] = output.trim().split('\n');
    expect(title).toBe('The configuration has 9 mistakes:');
    expect(lines).toHaveLength(9);
    for (const line of lines) expect(line).toMatch(/^ {2}- [A-Z_]+: .+/);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('with wrong values names each setting and prints none of its secrets', async () => {
    const keys = keySettings();
    const secrets = ['csn_secret_canary', 'canary-of-the-database'];
    const { end, output } = await refusalOf({
      NODE_ENV: 'production',
      PUBLIC_URL: 'http://auth.example.com/',
      INTERNAL_URL: 'https://auth.internal.example.com',
      DATABASE_URL: 'mysql://app:canary-of-the-database@db/x',
      MIGRATION_DATABASE_URL: 'postgres://owner:canary-of-the-database@db',
      ...keys,
      SECRET_PEPPERS: keys['KEY_ENCRYPTION_KEYS_EXTERNAL']!,
      OPERATOR_CLIENT_ID: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc',
      OPERATOR_CLIENT_SECRET: 'csn_secret_canary',
      DEMO: 'true',
      DANGEROUSLY_DISABLE_TOKEN_AUDIT: 'true',
    });
    expect(end).toBe(1);
    for (const name of [
      'PUBLIC_URL',
      'DATABASE_URL',
      'MIGRATION_DATABASE_URL',
      'SECRET_PEPPERS',
      'OPERATOR_CLIENT_SECRET',
      'DEMO',
      'DANGEROUSLY_DISABLE_TOKEN_AUDIT',
    ]) {
      expect(output).toContain(`  - ${name}: `);
    }
    for (const secret of [...secrets, ...Object.values(keys).map((key) => key.slice(3))]) expect(output).not.toContain(secret);
    expect(output).not.toMatch(/^\s+at /m);
  });
});

describe('a production start without a person', () => {
  const keys = keySettings();
  const operator = newOperator();

  it('migrates the empty database and lets the configured operator in; no demo, and nothing is written to the data folder', async () => {
    const { url, product } = await startProduction({ ...keys, ...operatorSettings(operator) });
    const answer = await requestToken(url, operator);
    expect(answer.status).toBe(200);
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      iss: 'https://auth.example.com',
      sub: operator.client_id,
      aud: 'https://auth.example.com/v1',
    });
    const orgs = await call<{ data: unknown[] }>('GET', `${url}/v1/orgs`, String(answer.body['access_token']));
    expect({ status: orgs.status, data: orgs.body.data }).toEqual({ status: 200, data: [] });
    expect(readdirSync(dataDir)).toEqual([]);
    expect(await database.sql('SELECT FROM analytics_events')).toHaveLength(0);
    for (const secret of [operator.client_secret, ...Object.values(keys).map((key) => key.slice(3))])
      expect(product.output).not.toContain(secret);
    expect(product.output).not.toContain('operator.kept');
  });

  it('a second start with another OPERATOR_CLIENT_SECRET changes nothing of the operator, and the log says so', async () => {
    const other = { ...newOperator(), client_id: operator.client_id };
    const { url, product } = await startProduction({ ...keys, ...operatorSettings(other) });
    expect((await requestToken(url, other)).status).toBe(401);
    expect((await requestToken(url, operator)).status).toBe(200);
    await product.stop();
    expect(product.output).toContain('"msg":"operator.kept"');
    expect(product.output).not.toContain(other.client_secret);
    expect(await database.sql('SELECT FROM client_secrets')).toHaveLength(1);
  });

  it('a start without an operator in its settings leaves the one there is', async () => {
    const { url, product } = await startProduction(keys);
    expect((await requestToken(url, operator)).status).toBe(200);
    await product.stop();
    expect(product.output).not.toContain('operator.');
  });

  it('reads every secret from its file', async () => {
    const values: Environment = { ...keys, ...database.settings, OPERATOR_CLIENT_SECRET: operator.client_secret };
    const folder = mkdtempSync(join(tmpdir(), 'countersign-secrets-'));
    const files: Record<string, string> = {};
    const unset: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) {
      writeFileSync(join(folder, name), `${value}\n`);
      files[`${name}_FILE`] = join(folder, name);
      unset[name] = '';
    }
    const { url } = await startProduction({ OPERATOR_CLIENT_ID: operator.client_id, ...unset, ...files });
    expect(await tokenOf(url, operator)).toBeTruthy();
    rmSync(folder, { recursive: true });
  });

  it('ends with 1 and one sentence when the stored keys were sealed with a key that is not configured', async () => {
    const { environment } = await listeners();
    const { end, output } = await refusalOf({
      NODE_ENV: 'production',
      ...database.settings,
      ...environment,
      PUBLIC_URL: 'https://auth.example.com',
      INTERNAL_URL: 'https://auth.internal.example.com',
      ...keys,
      KEY_ENCRYPTION_KEYS_EXTERNAL: keySettings()['KEY_ENCRYPTION_KEYS_EXTERNAL']!.replace('v1', 'v2'),
    });
    expect(end).toBe(1);
    expect(output).toContain('The key-encryption key "v1" of the external zone is not configured.');
    expect(output).not.toContain('    at ');
    expect(existsSync(join(dataDir, 'demo.json'))).toBe(false);
  });
});
