// The peers have their own package.json and lock file; they are installed when the benchmark runs, not with the product.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchRoot, projectRoot } from './processes.mjs';

export function installPeers() {
  const lock = readFileSync(join(benchRoot, 'package-lock.json'));
  const marker = join(benchRoot, 'node_modules', '.installed');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.log('installing the peers (bench/package-lock.json) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: benchRoot,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // npm run hands its own settings down (prefix, scripts); the nested install must not inherit them.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_(config_prefix|config_local_prefix|package_|lifecycle_)/i.test(name)),
    ),
  });
  if (npm.status !== 0) throw new Error('npm ci in bench/ failed: the peers are not installed');
  writeFileSync(marker, wanted);
}

/** As the servers see it: Node looks into bench/node_modules first, then into the project's. */
export function versionOf(name) {
  for (const folder of [benchRoot, projectRoot]) {
    const file = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version;
  }
  return 'not installed';
}
