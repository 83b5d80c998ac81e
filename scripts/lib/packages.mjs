import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { inProject, readJson } from './project.mjs';

const SCOPE = '@countersign/';

/**
 * The libraries and what each exports. What the alias list of tsconfig.json lets this repository import is what a package exports,
 * so both cannot differ: `@countersign/resource-server/express` there is the sub-path `./express` of the package.
 * @returns {{ name: string, folder: string, entries: Record<string, string>, commands: Record<string, string> }[]}
 *   `folder` below the root; `entries` by sub-path and `commands` by name hold source files, relative to the folder.
 */
export function listPackages() {
  const byName = new Map();
  const { paths } = readJson(inProject('tsconfig.json')).compilerOptions;
  for (const [alias, [source]] of Object.entries(paths).filter(([alias]) => alias.startsWith(SCOPE))) {
    const [short, ...subPath] = alias.slice(SCOPE.length).split('/');
    const folder = `libs/${short}`;
    const found = byName.get(short) ?? { name: SCOPE + short, folder, entries: {}, commands: commandsOf(folder, short) };
    Object.assign(found.entries, entriesOf(['.', ...subPath].join('/'), source.slice(`./${folder}/`.length), folder));
    byName.set(short, found);
  }
  return [...byName.values()];
}

/** `./*` with `src/adapters/*.ts` stands for every file there that is no test. */
function entriesOf(subPath, source, folder) {
  if (!source.includes('*')) return { [subPath]: source };
  const parent = path.posix.dirname(source);
  const files = readdirSync(inProject(folder, parent)).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  return Object.fromEntries(files.map((name) => [subPath.replace('*', name.slice(0, -'.ts'.length)), `${parent}/${name}`]));
}

/** A file of the library that starts like a script is its command, under the library's name. */
function commandsOf(folder, short) {
  if (!existsSync(inProject(folder, 'src'))) throw new Error(`${folder}/src is in tsconfig.json and does not exist.`);
  const scripts = readdirSync(inProject(folder, 'src')).filter(
    (name) => name.endsWith('.ts') && readFileSync(inProject(folder, 'src', name), 'utf8').startsWith('#!'),
  );
  if (scripts.length > 1) throw new Error(`${folder} has more than one command: ${scripts.join(', ')}.`);
  return Object.fromEntries(scripts.map((name) => [short, `src/${name}`]));
}
