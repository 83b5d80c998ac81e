import { rm } from 'node:fs/promises';
import path from 'node:path';
import { exists, locateCluster, readNote } from './cluster-location.js';
import { lockFolder } from './folder-lock.js';
import { endLeftoverServer } from './postmaster-file.js';

/** Deletes the database of a data folder, for tests and for starting over; refused while it is in use. */
export async function removeEmbeddedPostgres(folder: string): Promise<void> {
  const dataDir = path.resolve(folder);
  const location = await locateCluster(dataDir, await readNote(dataDir));
  if (!(await exists(location.folder))) return;
  await lockFolder(location.folder, dataDir);
  await endLeftoverServer(location.data, () => undefined);
  await rm(location.folder, { recursive: true, force: true });
  await rm(path.join(dataDir, 'postgres.json'), { force: true });
}
