import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type ClusterLocation,
  type ClusterNote,
  ROOTS_CLUSTERS,
  exists,
  locateCluster,
  makeClusterFolder,
  makeServerFolder,
  newPassword,
  readNote,
  setAsideUnknownCluster,
  writeNote,
} from './cluster-location.js';
import { EmbeddedPostgresError, isErrorCode } from './embedded-postgres.error.js';
import { lockFolder } from './folder-lock.js';
import { SUPERUSER, initializeCluster } from './initialize-cluster.js';
import { KeptServer } from './kept-server.js';
import { prepareBinaries } from './postgres-binaries.js';
import { type ServerAccount, chooseAccount } from './server-account.js';
import { rotateLog } from './server-log.js';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly progress: (line: string) => void;
  readonly settings?: Record<string, string>;
}

export interface EmbeddedCluster {
  /** The superuser, in the database "postgres". */
  readonly superuserUrl: string;
  urlFor(login: { user: string; password: string; database: string }): string;
  stop(): Promise<void>;
  /** Resolves after stop(); rejects when the server has ended and cannot be brought back. */
  readonly ended: Promise<void>;
}

interface LockedCluster {
  readonly location: ClusterLocation;
  readonly account: ServerAccount | undefined;
  readonly note: ClusterNote | undefined;
  readonly release: () => Promise<void>;
}

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedCluster> {
  const dataDir = path.resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch(explainFolder);
  const note = await readNote(dataDir);
  const location = await locateCluster(dataDir, note);
  const account = await chooseAccount(location.server);
  await makeClusterFolder(location).catch(explainFolder);
  const lock = await lockFolder(location.folder, dataDir, options.progress);
  try {
    return await startLocked(options, { location, account, note, release: lock.release });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  options: EmbeddedPostgresOptions,
  { location, account, note: known, release }: LockedCluster,
): Promise<EmbeddedCluster> {
  const aside = known ? undefined : await setAsideUnknownCluster(location);
  if (aside) options.progress(`The database of an earlier data folder was kept as ${aside}`);
  const binaries = await prepareBinaries(location.dataDir, account, options.progress);
  const note: ClusterNote = known ?? { password: newPassword() };
  if (path.dirname(location.folder) === ROOTS_CLUSTERS) note.folder = location.folder;
  if (!(await exists(location.data))) {
    options.progress(`Setting up PostgreSQL ${binaries.version} in ${location.server} …`);
    await writeNote(location.dataDir, note);
    await makeServerFolder(location, account);
    await initializeCluster(location, binaries.initdb, account, note.password);
  }
  await rotateLog(location.log);
  const { data, log, server: cwd } = location;
  const server = new KeptServer({ postgres: binaries.postgres, data, log, cwd, account }, options);
  const port = await server.start(note.port);
  if (port !== note.port) await writeNote(location.dataDir, { ...note, port });
  options.progress(`PostgreSQL ${binaries.version} is ready on 127.0.0.1:${port}`);
  return describeCluster(server, port, note.password, release);
}

function describeCluster(server: KeptServer, port: number, superuserPassword: string, release: () => Promise<void>): EmbeddedCluster {
  const urlFor = ({ user, password, database }: { user: string; password: string; database: string }) =>
    `postgres://${[user, password].map(encodeURIComponent).join(':')}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const ended = server.ended.finally(release);
  // Whoever does not look at it must not be ended by it.
  ended.catch(() => undefined);
  return {
    superuserUrl: urlFor({ user: SUPERUSER, password: superuserPassword, database: 'postgres' }),
    urlFor,
    ended,
    stop: async () => {
      server.requestStop();
      await ended.catch(() => undefined);
    },
  };
}

function explainFolder(error: unknown): never {
  if (!isErrorCode(error, 'EACCES', 'EROFS', 'EPERM')) throw error;
  throw new EmbeddedPostgresError(
    `${(error as Error).message}. The embedded PostgreSQL needs a folder to write to` +
      ` (as root: ${ROOTS_CLUSTERS}). Start Countersign as another account, or set DATABASE_URL.`,
  );
}
