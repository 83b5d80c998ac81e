import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mintSecret } from '@countersign/oauth';
import { makeLocalCertificate } from '../../../src/platform/listeners/index.js';
import { newId } from '../../../src/platform/crypto/typed-id.js';
import { freePort } from '../../support/launch.js';
import type { Credential } from '../../support/requests.js';

export const ENTRY = resolve('dist/src/main.js');

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export type Environment = Readonly<Record<string, string>>;

/** The built product as a child process that may end badly; nothing of the test's environment reaches it. */
export class Product {
  readonly ended: Promise<number | NodeJS.Signals>;
  private text = '';

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.ended = new Promise((done) => child.once('close', (code, signal) => done(code ?? signal ?? 'SIGKILL')));
  }

  static run(environment: Environment, entry = ENTRY): Product {
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    return new Product(spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }));
  }

  /** All it has written so far. */
  get output(): string {
    return this.text;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until it answers 200 at its readiness address, or fails with what it wrote. */
  async ready(url: string, withinMs = 240_000): Promise<this> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline && !this.hasEnded) {
      if (
        await fetch(url).then(
          (response) => response.ok,
          () => false,
        )
      )
        return this;
      await pause(50);
    }
    throw new Error(`The product is not ready${this.hasEnded ? ', it has ended' : ''}:\n${this.text}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    if (!this.hasEnded) this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }
}

/** Free ports for one process, with the addresses that follow from them. */
export async function listeners(): Promise<{ url: string; readyUrl: string; environment: Environment }> {
  const [port, opsPort, internalPort, mtlsPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const url = `http://localhost:${port}`;
  return {
    url,
    readyUrl: `http://localhost:${opsPort}/health/ready`,
    environment: {
      PORT: String(port),
      OPS_PORT: String(opsPort),
      PUBLIC_URL: url,
      INTERNAL_PORT: String(internalPort),
      MTLS_PORT: String(mtlsPort),
    },
  };
}

export const UNLIMITED: Environment = {
  RATE_LIMIT_TOKEN_PER_CLIENT: '10000000',
  RATE_LIMIT_TOKEN_PER_SOURCE: '10000000',
  RATE_LIMIT_FAILURES_PER_SOURCE: '10000000',
  RATE_LIMIT_API_PER_CLIENT: '10000000',
};

export function newOperator(): Credential {
  return { client_id: newId('sp'), client_secret: mintSecret('csn_secret') };
}

export function operatorSettings({ client_id, client_secret }: Credential): Environment {
  return { OPERATOR_CLIENT_ID: client_id, OPERATOR_CLIENT_SECRET: client_secret };
}

const { cert, key } = await makeLocalCertificate(['localhost', 'auth.internal.example.com']);
const TLS: Environment = { INTERNAL_TLS_CERT: cert, INTERNAL_TLS_KEY: key };

export const newKey = (version = 'v1'): string => `${version}:${randomBytes(32).toString('base64')}`;

/** Key material as production wants it. */
export function keySettings(): Environment {
  return { KEY_ENCRYPTION_KEYS_EXTERNAL: newKey(), KEY_ENCRYPTION_KEYS_INTERNAL: newKey(), SECRET_PEPPERS: newKey(), ...TLS };
}

/** A copy of the built product with one bug planted; the real one stays as it is. */
export class PlantedProduct {
  private constructor(
    private readonly folder: string,
    readonly entry: string,
  ) {}

  /** @param file below dist/, such as `src/platform/audit/audit-writer.js`; `sound` must occur in it. */
  static plant(file: string, sound: string | RegExp, bug: string): PlantedProduct {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-planted-'));
    cpSync(resolve('dist'), join(folder, 'dist'), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const path = join(folder, 'dist', file);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(sound, bug);
    if (after === before) throw new Error(`${file} does not hold ${String(sound)}: plant the bug anew.`);
    writeFileSync(path, after);
    return new PlantedProduct(folder, join(folder, 'dist', 'src', 'main.js'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
