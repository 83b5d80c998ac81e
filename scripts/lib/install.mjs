import { accessSync, constants, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { npm } from './npm.mjs';
import { hashOf, inProject, readJson } from './project.mjs';
import { quietStep, say } from './step.mjs';

const STAMP = inProject('node_modules', '.countersign-installed');

/** Installs exactly what package-lock.json names, unless that is what is there. */
export async function ensureInstalled() {
  const wanted = hashOfLock();
  if (isInstalled(wanted)) return;
  if (isLinked()) {
    say('node_modules is a link, and does not hold what package-lock.json names: left as it is');
    return;
  }
  const temporaryCache = cacheIsWritable() ? undefined : mkdtempSync(path.join(tmpdir(), 'countersign-npm-'));
  const env = temporaryCache ? { ...process.env, npm_config_cache: temporaryCache } : process.env;
  try {
    await quietStep('installing packages (npm ci)', ...npm('ci', '--include=dev', '--no-audit', '--no-fund'), env);
  } finally {
    if (temporaryCache) rmSync(temporaryCache, { recursive: true, force: true });
  }
  writeStamp(wanted);
  say('packages installed');
}

/** What a link points at belongs to somebody else, and npm ci would empty it. */
function isLinked() {
  return lstatSync(inProject('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

export function isInstalledAsLocked() {
  return isInstalled(hashOfLock());
}

function hashOfLock() {
  return hashOf(readFileSync(inProject('package-lock.json')), process.platform, process.arch);
}

function isInstalled(wanted) {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return true;
  if (!holdsWhatTheLockNames()) return false;
  writeStamp(wanted);
  return true;
}

/** For those who ran npm themselves: npm writes down what it installed. */
function holdsWhatTheLockNames() {
  const installed = readJson(inProject('node_modules', '.package-lock.json'))?.packages;
  const locked = readJson(inProject('package-lock.json'))?.packages;
  if (!installed || !locked) return false;
  return Object.entries(locked).every(
    ([name, entry]) => name === '' || entry.optional || entry.devOptional || entry.link || installed[name]?.integrity === entry.integrity,
  );
}

function writeStamp(wanted) {
  try {
    writeFileSync(STAMP, wanted);
  } catch {
    // Packages that somebody else installed for us, read-only: looked at again next time.
  }
}

/** Accounts such as "nobody" have no home, and npm needs one for its cache. */
function cacheIsWritable() {
  let folder = path.resolve(process.env['npm_config_cache'] ?? path.join(homedir(), '.npm'));
  while (!existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
