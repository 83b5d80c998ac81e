import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, isErrorCode } from './embedded-postgres.error.js';
import { findStartOfProcess } from './process-identity.js';

export interface FolderLock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  startedAt: string;
}

interface Claim {
  readonly lock: string;
  /** Our own lock file, linked to `lock` when we may have it. */
  readonly mine: string;
  readonly dataDir: string;
  readonly progress: (line: string) => void;
}

/** Who stops and starts at once meets a holder that finishes its requests, or that was killed and frees its memory still. */
const HOLDER_MAY_END_WITHIN_MS = 5_000;

/** One Countersign per cluster. PostgreSQL's own postmaster.pid stands behind it; this one can name the process. */
export async function lockFolder(folder: string, dataDir: string, progress: (line: string) => void = () => undefined): Promise<FolderLock> {
  const lock = path.join(folder, 'lock');
  const mine = path.join(folder, `lock.${randomUUID()}`);
  const startedAt = (await findStartOfProcess(process.pid)) ?? '';
  await writeFile(mine, JSON.stringify({ pid: process.pid, startedAt } satisfies Holder), { flag: 'wx' });
  try {
    await takeLock({ lock, mine, dataDir, progress });
  } finally {
    await rm(mine, { force: true });
  }
  return { release: () => rm(lock, { force: true }) };
}

async function takeLock(claim: Claim): Promise<void> {
  const { lock, mine } = claim;
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
    const content = await contentOf(lock);
    if (content === undefined) continue;
    await refuseIfHeld(content, claim);
    await setAside(lock, `${mine}.stale`, content);
  }
  throw new EmbeddedPostgresError(`The lock ${lock} changes hands all the time. Start one Countersign only.`);
}

async function refuseIfHeld(content: string, claim: Claim): Promise<void> {
  const holder = parseHolder(content);
  if (!holder || (await letsGo(holder, content, claim))) return;
  throw new EmbeddedPostgresError(
    `Another Countersign (process ${holder.pid}) is using the data folder ${claim.dataDir}. ` +
      'Stop it first, or set DATA_DIR to another folder.',
  );
}

async function letsGo(holder: Holder, content: string, { lock, progress }: Claim): Promise<boolean> {
  const deadline = Date.now() + HOLDER_MAY_END_WITHIN_MS;
  let hasWaited = false;
  while ((await findStartOfProcess(holder.pid)) === holder.startedAt && (await contentOf(lock)) === content) {
    // This very process does not end while it waits.
    if (holder.pid === process.pid || Date.now() >= deadline) return false;
    if (!hasWaited) progress(`Waiting for another Countersign (process ${holder.pid}) to let go of the data folder …`);
    hasWaited = true;
    await sleep(50);
  }
  return true;
}

function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** Two starts may find the same dead holder: whoever moved a lock that is not the dead one's puts it back. */
async function setAside(lock: string, stale: string, judged: string): Promise<void> {
  await rename(lock, stale).catch(() => undefined);
  const moved = await contentOf(stale);
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
