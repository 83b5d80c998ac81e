import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Gives `project` a node_modules with our libraries as they are packed, and links to what they depend on: an install without npm. */
export async function installPackedLibraries(project: string): Promise<void> {
  const packed = mkdtempSync(join(tmpdir(), 'countersign-packed-'));
  await promisify(execFile)(process.execPath, ['scripts/pack.mjs', packed], { cwd: ROOT });
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
  rmSync(packed, { recursive: true });
}
