import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Living processes that work for a data folder: by their command line, or by the DATA_DIR they were given. */
export function processesOf(dataDir: string): RunningProcess[] {
  const marks = [dataDir, ...clusterFolderOf(dataDir)];
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid || isGone(pid)) return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const environment = read(`/proc/${pid}/environ`);
    return marks.some((mark) => command.includes(mark) || environment.includes(mark)) ? [{ pid, command }] : [];
  });
}

/** As root the database is outside of the data folder. */
function clusterFolderOf(dataDir: string): string[] {
  const note = read(join(dataDir, 'postgres.json'));
  const folder = note === '' ? undefined : (JSON.parse(note) as { folder?: string }).folder;
  return folder === undefined ? [] : [folder];
}

function isGone(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' || /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
