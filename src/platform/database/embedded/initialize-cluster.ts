import { execFile } from 'node:child_process';
import { chown, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ClusterLocation } from './cluster-location.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import type { ServerAccount } from './server-account.js';

const run = promisify(execFile);
const DRAFT = 'data.new-';

export const SUPERUSER = 'postgres';

/** A draft is renamed into place, so that a start killed half-way leaves nothing that looks like a cluster. */
export async function initializeCluster(
  location: ClusterLocation,
  initdb: string,
  account: ServerAccount | undefined,
  password: string,
): Promise<void> {
  await removeDrafts(location.server);
  const draft = path.join(location.server, `${DRAFT}${process.pid}`);
  const passwordFile = `${draft}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (account) await chown(passwordFile, account.uid, account.gid);
  try {
    await run(initdb, initdbArguments(draft, passwordFile), {
      cwd: location.server,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      ...account,
    });
    await rename(draft, location.data);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new EmbeddedPostgresError(`PostgreSQL could not set up its data in ${location.server}: ${stderr || message}`);
  } finally {
    await removeDrafts(location.server);
  }
}

/** The built-in C.UTF-8 sorts and folds case alike on every system, whatever locales it has installed. */
function initdbArguments(data: string, passwordFile: string): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth-host=scram-sha-256',
    '--auth-local=reject',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
}

async function removeDrafts(server: string): Promise<void> {
  const names = (await readdir(server)).filter((name) => name.startsWith(DRAFT));
  await Promise.all(names.map((name) => rm(path.join(server, name), { recursive: true, force: true, maxRetries: 5 })));
}
