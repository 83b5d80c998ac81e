import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-linked-'));
  mkdirSync(join(folder, 'theirs'));
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'theirs', 'kept'), '');
  cpSync(join(ROOT, 'scripts'), join(folder, 'project', 'scripts'), { recursive: true });
  const manifest = { name: 'project', version: '1.0.0' };
  writeFileSync(join(folder, 'project', 'package.json'), JSON.stringify(manifest));
  // Names a package that is not there, and that npm would find nowhere.
  const packages = { '': manifest, 'node_modules/absent': { version: '1.0.0', integrity: 'sha512-absent' } };
  writeFileSync(join(folder, 'project', 'package-lock.json'), JSON.stringify({ ...manifest, lockfileVersion: 3, packages }));
  symlinkSync(join(folder, 'theirs'), join(folder, 'project', 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// Seen to fail without the look at the link: npm ci empties what it points at before it installs.
it('packages behind a link are left alone, also when they are not those of the lock', () => {
  const script = "import('./scripts/lib/install.mjs').then(({ ensureInstalled }) => ensureInstalled())";
  const { status, stdout } = spawnSync(process.execPath, ['--eval', script], { cwd: join(folder, 'project'), encoding: 'utf8' });
  expect(stdout).toContain('node_modules is a link');
  expect(status).toBe(0);
  expect(existsSync(join(folder, 'theirs', 'kept'))).toBe(true);
});
