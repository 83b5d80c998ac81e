import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, hashOf, inProject, readJson } from './project.mjs';
import { quietStep, say } from './step.mjs';

const STAMP = inProject('dist', '.countersign-built');
const FOLDERS = ['src', 'libs', 'migrations'];
const FILES = /^(tsconfig.*\.json|nest-cli\.json|package-lock\.json)$/;

/** Builds into dist/, unless it holds the build of exactly these sources. */
export async function ensureBuilt() {
  const wanted = fingerprint();
  const built = readJson(STAMP);
  if (built?.hash === wanted.hash && existsSync(inProject('dist', 'src', 'main.js'))) return;
  removeOutdated(built, wanted);
  await quietStep('building (nest build)', process.execPath, [inProject('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build']);
  mkdirSync(inProject('dist'), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(wanted));
  say('built');
}

function fingerprint() {
  const files = [...FOLDERS.flatMap(filesBelow), ...readdirSync(ROOT).filter((name) => FILES.test(name))].sort();
  return {
    hash: hashOf(process.versions.node, ...files.flatMap((file) => [file, readFileSync(inProject(file))])),
    files,
  };
}

function filesBelow(folder) {
  if (!existsSync(inProject(folder))) return [];
  return readdirSync(inProject(folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(name);
    return entry.isFile() && !name.endsWith('.spec.ts') ? [name] : [];
  });
}

/** A deleted source must not live on in dist: a migration that is gone would still be run. */
function removeOutdated(built, wanted) {
  rmSync(STAMP, { force: true });
  const remaining = new Set(wanted.files);
  if (built?.files?.every((file) => remaining.has(file)) && existsSync(inProject('dist', 'src', 'main.js'))) return;
  for (const folder of FOLDERS) rmSync(inProject('dist', folder), { recursive: true, force: true });
  // The compiler would otherwise believe that what it wrote earlier is still there.
  for (const name of existsSync(inProject('dist')) ? readdirSync(inProject('dist')) : []) {
    if (name.endsWith('.tsbuildinfo')) rmSync(inProject('dist', name));
  }
}
