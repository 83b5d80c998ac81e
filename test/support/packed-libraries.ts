import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

/** What `npm run pack` makes of the sources, once in a run of tests: whoever asks first packs for all. Nobody writes into it. */
export async function packLibraries(): Promise<string> {
  const shared = join(dirname(inject('cluster').dataDir), 'packages');
  if (existsSync(shared)) return shared;
  const own = mkdtempSync(`${shared}-`);
  await promisify(execFile)(process.execPath, ['scripts/pack.mjs', own], { cwd: ROOT });
  try {
    renameSync(own, shared);
  } catch {
    // The other worker was faster.
    rmSync(own, { recursive: true });
  }
  return shared;
}

/** Gives `project` a node_modules with our libraries as they are packed, and links to what they depend on: an install without npm. */
export async function installPackedLibraries(project: string): Promise<void> {
  const packed = await packLibraries();
  const wanted = ['@countersign/resource-server'];
  for (const name of wanted) {
    const target = join(project, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    if (!name.startsWith('@countersign/')) {
      symlinkSync(join(ROOT, 'node_modules', name), target);
      continue;
    }
    cpSync(join(packed, name.slice('@countersign/'.length)), target, { recursive: true });
    const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as { dependencies?: object };
    wanted.push(...Object.keys(dependencies).filter((dependency) => !wanted.includes(dependency)));
  }
}
