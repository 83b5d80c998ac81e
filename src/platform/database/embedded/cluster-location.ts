import { createHash, randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, isErrorCode } from './embedded-postgres.error.js';
import { isRoot, type ServerAccount } from './server-account.js';

/** An unprivileged account can enter this one, unlike a clone below root's home. */
export const ROOTS_CLUSTERS = '/var/lib/countersign';

/** What the data folder remembers: the superuser's password and, where the cluster is elsewhere, its folder. */
export interface ClusterNote {
  password: string;
  port?: number;
  folder?: string;
}

export interface ClusterLocation {
  readonly dataDir: string;
  /** Holds the lock and the server's folder; the account of the server must not write here. */
  readonly folder: string;
  /** Belongs to the server's account. */
  readonly server: string;
  readonly data: string;
  readonly log: string;
}

export async function locateCluster(dataDir: string, note: ClusterNote | undefined): Promise<ClusterLocation> {
  const own = path.join(dataDir, 'postgres');
  const folder = note?.folder ?? (isRoot() && !(await exists(own)) ? rootsFolderFor(dataDir) : own);
  const server = path.join(folder, 'server');
  return { dataDir, folder, server, data: path.join(server, 'data'), log: path.join(server, 'server.log') };
}

export function rootsFolderFor(dataDir: string): string {
  return path.join(ROOTS_CLUSTERS, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
}

export async function makeClusterFolder(location: ClusterLocation): Promise<void> {
  const isElsewhere = path.dirname(location.folder) === ROOTS_CLUSTERS;
  await mkdir(location.folder, { recursive: true, mode: isElsewhere ? 0o711 : 0o700 });
  if (!isElsewhere) return;
  await chmod(ROOTS_CLUSTERS, 0o711);
  await chmod(location.folder, 0o711);
}

export async function makeServerFolder(location: ClusterLocation, account?: ServerAccount): Promise<void> {
  await mkdir(location.server, { recursive: true, mode: 0o700 });
  if (account) await chown(location.server, account.uid, account.gid);
}

/** A cluster whose data folder was thrown away is of no use to the new one (its keys are gone), but it is not ours to delete. */
export async function setAsideUnknownCluster(location: ClusterLocation): Promise<string | undefined> {
  if (!(await exists(location.data))) return undefined;
  const aside = `${location.server}-until-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(location.server, aside);
  return aside;
}

export async function readNote(dataDir: string): Promise<ClusterNote | undefined> {
  const file = noteFile(dataDir);
  try {
    const note = JSON.parse(await readFile(file, 'utf8')) as Partial<ClusterNote>;
    return typeof note.password === 'string' ? { ...note, password: note.password } : undefined;
  } catch (error) {
    if (isErrorCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    if (!isErrorCode(error, 'EACCES')) throw error;
    throw new EmbeddedPostgresError(
      `${file} cannot be read: the data folder belongs to another account. Start Countersign as that account, or set DATA_DIR to another folder.`,
    );
  }
}

export async function writeNote(dataDir: string, note: ClusterNote): Promise<void> {
  const draft = `${noteFile(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  if (isRoot()) {
    const { uid, gid } = await stat(dataDir);
    await chown(draft, uid, gid);
  }
  await rename(draft, noteFile(dataDir));
}

export function newPassword(): string {
  return randomBytes(24).toString('hex');
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: unknown) => !isErrorCode(error, 'ENOENT', 'ENOTDIR'),
  );
}

function noteFile(dataDir: string): string {
  return path.join(dataDir, 'postgres.json');
}
