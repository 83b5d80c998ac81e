import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';

/** Who the server runs as; undefined stands for the account that runs Countersign. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** PostgreSQL refuses to run as root. An existing cluster keeps its owner, whoever starts it. */
export async function chooseAccount(serverFolder: string): Promise<ServerAccount | undefined> {
  const owner = await stat(serverFolder).catch(() => undefined);
  if (!isRoot()) {
    if (owner && owner.uid !== process.getuid?.()) throw belongsToSomebodyElse(serverFolder);
    return undefined;
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const account = findAccount(accounts, 'postgres') ?? findAccount(accounts, 'nobody');
  if (account) return account;
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and /etc/passwd has neither "postgres" nor "nobody" to run it as. ' +
      'Start Countersign as a normal user, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

function belongsToSomebodyElse(folder: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The database in ${folder} belongs to another account. Start Countersign as that account, or set DATA_DIR to another folder.`,
  );
}

export function findAccount(passwd: string, name: string): ServerAccount | undefined {
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([login]) => login === name);
  const uid = Number(fields?.[2]);
  const gid = Number(fields?.[3]);
  return fields && Number.isInteger(gid) && uid > 0 ? { uid, gid } : undefined;
}
