import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NameMistake } from './module-names.mjs';
import { inProject } from './project.mjs';

const TEMPLATES = inProject('scripts', 'templates', 'module');

/** Writes the files of the module, all or none of them. Answers their paths below the root. */
export function writeModule(names) {
  const files = filesOf(names);
  const taken = Object.keys(files).find((file) => existsSync(inProject(file)));
  if (taken) throw new NameMistake(`${taken} is there already.`);
  for (const [file, template] of Object.entries(files)) {
    mkdirSync(path.dirname(inProject(file)), { recursive: true });
    writeFileSync(inProject(file), fill(template, names));
  }
  return Object.keys(files);
}

function filesOf({ names, name, timestamp }) {
  const module = `src/saasalytics/${names}`;
  return {
    [`${module}/index.ts`]: 'index',
    [`${module}/${names}.module.ts`]: 'module',
    [`${module}/${names}.controller.ts`]: 'controller',
    [`${module}/${names}.service.ts`]: 'service',
    [`${module}/${names}.repository.ts`]: 'repository',
    [`${module}/dto/${name}.dto.ts`]: 'dto',
    [`migrations/${timestamp}-${names}.ts`]: 'migration',
    [`test/saasalytics/${names}.test.ts`]: 'test',
  };
}

function fill(template, names) {
  const text = readFileSync(path.join(TEMPLATES, `${template}.ts.template`), 'utf8');
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, key) => {
    if (!(key in names)) throw new Error(`The template ${template} asks for ${key}, which nobody fills in.`);
    return names[key];
  });
}

/** Tells the rest of the application of the module. Answers the paths of the files that it changed. */
export function registerModule(names) {
  const { Names, names: kebab, words, scope, timestamp } = names;
  const migration = `${Names}${timestamp}`;
  return [
    edit('migrations/index.ts', [
      [/\n\n\/\*\*/, `\nimport { ${migration} } from './${timestamp}-${kebab}.js';\n\n/**`],
      [/,?\s*\];\s*$/, `, ${migration}];\n`],
    ]),
    edit('src/saasalytics/saasalytics.module.ts', [
      [/\n\n\/\*\*/, `\nimport { ${Names}Module } from './${kebab}/index.js';\n\n/**`],
      [/,?\s*\](?=,\s*exports)/, `, ${Names}Module]`],
    ]),
    edit('src/web/docs/tags.ts', [[/(?=\n {2}'Management: )/, `\n  'Saasalytics: ${words}': '${sentence(words)} of the tenant.',`]]),
    ...registerScope(scope, words),
  ];
}

/** A scope that the catalogue has is left as it is. */
function registerScope(scope, words) {
  const file = 'src/saasalytics/scopes.ts';
  if (readFileSync(inProject(file), 'utf8').includes(`name: '${scope}'`)) return [];
  // Cautious to begin with: apps do not get it until somebody decides so.
  const entry = `{ name: '${scope}', description: '${sentence(scope.split(':')[0])} ${words}.', risk: 'medium', assignable_by: 'org_admin', delegable: false }`;
  return [edit(file, [[/\n\] as const satisfies/, `\n  ${entry},\n] as const satisfies`]])];
}

function sentence(words) {
  return words[0].toUpperCase() + words.slice(1);
}

function edit(file, changes) {
  const before = readFileSync(inProject(file), 'utf8');
  const after = changes.reduce((text, [place, replacement]) => {
    if (!place.test(text)) throw new Error(`${file} has changed: the generator does not find ${String(place)}.`);
    return text.replace(place, () => replacement);
  }, before);
  writeFileSync(inProject(file), after);
  return file;
}
