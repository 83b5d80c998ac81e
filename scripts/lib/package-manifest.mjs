import { chmodSync, copyFileSync, cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { inProject, readJson } from './project.mjs';

const ROOT_MANIFEST = readJson(inProject('package.json'));
const PINNED = { ...ROOT_MANIFEST.devDependencies, ...ROOT_MANIFEST.dependencies };

/** Puts one package together from what was compiled into `output`. Answers its folder. */
export function stagePackage({ name, folder, entries, commands }, output) {
  const short = path.basename(folder);
  const target = path.join(output, short);
  cpSync(path.join(output, 'build', short, 'src'), path.join(target, 'dist'), { recursive: true });
  for (const source of Object.values(commands)) chmodSync(path.join(target, compiled(source, '.js')), 0o755);
  if (!existsSync(inProject(folder, 'README.md'))) throw new Error(`${folder}/README.md is missing: npm shows it as the package's page.`);
  copyFileSync(inProject(folder, 'README.md'), path.join(target, 'README.md'));
  copyFileSync(inProject('LICENSE'), path.join(target, 'LICENSE'));
  const manifest = manifestOf({ name, folder, entries, commands }, importsBelow(path.join(target, 'dist')));
  writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return target;
}

/** What stands in libs/<name>/package.json, and all that can be derived. */
function manifestOf({ name, folder, entries, commands }, imports) {
  const {
    name: _,
    type: __,
    private: ___,
    peerDependencies,
    peerDependenciesMeta,
    ...own
  } = readJson(inProject(folder, 'package.json')) ?? {};
  const { version, license, engines } = ROOT_MANIFEST;
  const peers = usedPeers(peerDependencies, imports);
  const optional = pick(peerDependenciesMeta, peers);
  return {
    name,
    version,
    description: own.description ?? descriptionIn(inProject(folder, 'README.md')),
    license,
    type: 'module',
    engines,
    sideEffects: false,
    files: ['dist'],
    exports: { ...mapValues(entries, exportOf), './package.json': './package.json' },
    types: `./${compiled(entries['.'], '.d.ts')}`,
    ...(Object.keys(commands).length > 0 && { bin: mapValues(commands, (source) => compiled(source, '.js')) }),
    dependencies: dependenciesOf(name, imports, peers, version),
    ...(Object.keys(peers).length > 0 && { peerDependencies: peers }),
    ...(Object.keys(optional).length > 0 && { peerDependenciesMeta: optional }),
    publishConfig: { access: 'restricted' },
    ...own,
  };
}

function exportOf(source) {
  return { types: `./${compiled(source, '.d.ts')}`, default: `./${compiled(source, '.js')}` };
}

function compiled(source, extension) {
  return source.replace(/^src\//, 'dist/').replace(/\.ts$/, extension);
}

/** A peer of a part that has not been written yet would be asked of everybody for nothing. */
function usedPeers(peers = {}, { code, types }) {
  return Object.fromEntries(Object.entries(peers).filter(([name]) => code.has(name) || types.has(name)));
}

/** Own packages of exactly this version; others from the version that the tests ran with, patches and minors included. */
function dependenciesOf(self, { code, types }, peers, version) {
  const names = [...code, ...[...types].filter((name) => !code.has(name))].filter((name) => name !== self && !(name in peers));
  const typings = [...types].map(typingsOf).filter((name) => name in PINNED && names.some((used) => typingsOf(used) === name));
  return Object.fromEntries(
    [...names, ...typings].sort().map((name) => [name, name.startsWith('@countersign/') ? version : rangeOf(name, self)]),
  );
}

function rangeOf(name, self) {
  if (!(name in PINNED)) throw new Error(`${self} imports ${name}, which the root package.json does not list.`);
  return `^${PINNED[name]}`;
}

/** DefinitelyTyped's name of a package's declarations. */
function typingsOf(name) {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`;
}

/** The packages that the compiled files name: in code, and in declarations. Refuses what would reach out of the package. */
function importsBelow(folder) {
  const found = { code: new Set(), types: new Set() };
  for (const file of readdirSync(folder, { recursive: true }).map(String)) {
    if (!/\.(?:js|d\.ts)$/.test(file)) continue;
    for (const { fileName: specifier } of ts.preProcessFile(readFileSync(path.join(folder, file), 'utf8'), true, true).importedFiles) {
      if (specifier.startsWith('.')) refuseEscape(folder, file, specifier);
      else if (!isBuiltin(specifier)) found[file.endsWith('.js') ? 'code' : 'types'].add(packageOf(specifier));
    }
  }
  return found;
}

function refuseEscape(folder, file, specifier) {
  const target = path.resolve(folder, path.dirname(file), specifier);
  if (!target.startsWith(folder + path.sep))
    throw new Error(`${path.join(folder, file)} imports ${specifier}, which is not in its package.`);
}

function isBuiltin(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The first paragraph below the title. */
function descriptionIn(readme) {
  const paragraphs = readFileSync(readme, 'utf8').split(/\n\s*\n/);
  return (paragraphs.find((text) => !text.startsWith('#')) ?? '').replaceAll(/\s+/g, ' ').replaceAll('`', '').trim();
}

function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function pick(record = {}, keys) {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key in keys));
}
