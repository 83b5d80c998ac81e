import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOTS_CLUSTERS, exists } from './cluster-location.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import type { ServerAccount } from './server-account.js';

const run = promisify(execFile);

/** The folder of the npm package: native/bin, native/lib, native/share. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

interface Link {
  source: string;
  target: string;
}

export async function prepareBinaries(
  dataDir: string,
  account: ServerAccount | undefined,
  progress: (line: string) => void,
): Promise<PostgresBinaries> {
  const original = locatePackage();
  await mendLinks(original).catch(() => undefined);
  const inPlace = await tryBinaries(original, account);
  if (!(inPlace instanceof Error)) return inPlace;
  progress('Copying PostgreSQL to where its account can run it …');
  const copied = await tryBinaries(await copyPackage(original, account ? ROOTS_CLUSTERS : dataDir), account);
  if (!(copied instanceof Error)) return copied;
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL does not run on this machine (it needs glibc, not musl, on Linux): ${copied.message.trim()}\n` +
      'Set DATABASE_URL to a PostgreSQL of your own.',
  );
}

export function locatePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError('The embedded PostgreSQL needs Linux or macOS. Use WSL, or set DATABASE_URL.');
  }
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return path.resolve(path.dirname(createRequire(wrapper).resolve(name)), '..');
  } catch {
    throw new EmbeddedPostgresError(
      `The package ${name} is not installed. Run "npm ci --include=optional", or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/** The package's install script makes these links; npm may have been told not to run install scripts. */
export async function mendLinks(packageFolder: string): Promise<void> {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const link = path.join(packageFolder, target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(path.relative(path.dirname(target), source), link);
  }
}

async function tryBinaries(packageFolder: string, account?: ServerAccount): Promise<PostgresBinaries | Error> {
  const bin = path.join(packageFolder, 'native', 'bin');
  const [initdb, postgres] = [path.join(bin, 'initdb'), path.join(bin, 'postgres')];
  try {
    const [version] = await Promise.all(
      // A path that only root can search is found out by running, not by looking.
      [postgres, initdb].map(async (program) => (await run(program, ['--version'], { cwd: '/', ...account })).stdout),
    );
    return { initdb, postgres, version: /\d[\d.]*/.exec(version ?? '')?.[0] ?? 'unknown' };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Named by version, so one copy serves every cluster; renamed into place whole, so a half copy is never used. */
async function copyPackage(original: string, parent: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(original, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(parent, `postgresql-${version}-${process.arch}`);
  const draft = `${copy}.${process.pid}`;
  if (await exists(copy)) return copy;
  await mkdir(parent, { recursive: true });
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  await cp(path.join(original, 'native'), path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', draft]);
  await chmod(draft, 0o755);
  await mendLinks(draft);
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  return copy;
}
