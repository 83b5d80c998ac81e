import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, isErrorCode } from './embedded-postgres.error.js';
import { findStartOfProcess } from './process-identity.js';

export interface FolderLock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  startedAt: string;
}

/** One Countersign per cluster. PostgreSQL's own postmaster.pid stands behind it; this one can name the process. */
export async function lockFolder(folder: string, dataDir: string): Promise<FolderLock> {
  const lock = path.join(folder, 'lock');
  const mine = path.join(folder, `lock.${randomUUID()}`);
  const startedAt = (await findStartOfProcess(process.pid)) ?? '';
  await writeFile(mine, JSON.stringify({ pid: process.pid, startedAt } satisfies Holder), { flag: 'wx' });
  try {
    await takeLock(lock, mine, dataDir);
  } finally {
    await rm(mine, { force: true });
  }
  return { release: () => rm(lock, { force: true }) };
}

async function takeLock(lock: string, mine: string, dataDir: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    // A hard link appears with its content, so nobody can read a half-written lock.
    const taken = await link(mine, lock).then(
      () => true,
      (error: unknown) => {
        if (isErrorCode(error, 'EEXIST')) return false;
        throw error;
      },
    );
    if (taken) return;
    const content = await readFile(lock, 'utf8').catch(() => undefined);
    if (content === undefined) continue;
    await refuseIfHeld(content, dataDir);
    await setAside(lock, `${mine}.stale`, content);
  }
  throw new EmbeddedPostgresError(`The lock ${lock} changes hands all the time. Start one Countersign only.`);
}

async function refuseIfHeld(content: string, dataDir: string): Promise<void> {
  const holder = parseHolder(content);
  if (!holder || (await findStartOfProcess(holder.pid)) !== holder.startedAt) return;
  throw new EmbeddedPostgresError(
    `Another Countersign (process ${holder.pid}) is using the data folder ${dataDir}. ` +
      'Stop it first, or set DATA_DIR to another folder.',
  );
}

/** Two starts may find the same dead holder: whoever moved a lock that is not the dead one's puts it back. */
async function setAside(lock: string, stale: string, judged: string): Promise<void> {
  await rename(lock, stale).catch(() => undefined);
  const moved = await readFile(stale, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== judged) await link(stale, lock).catch(() => undefined);
  await rm(stale, { force: true });
}

export function parseHolder(content: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(content) as Partial<Holder>;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}
