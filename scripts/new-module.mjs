// npm run new:module -- invoices --scope read:invoices
// Writes src/saasalytics/invoices with two guarded routes, its migration and its test, and registers them. Ten minutes later it is yours.
import './lib/node-version.mjs';
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { moduleNames, NameMistake } from './lib/module-names.mjs';
import { registerModule, writeModule } from './lib/module-files.mjs';
import { inProject } from './lib/project.mjs';

const USAGE = 'npm run new:module -- <names> --scope <verb:names> [--one <name>]';

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { scope: { type: 'string' }, one: { type: 'string' } } });
  if (positionals.length !== 1 || !values.scope)
    throw new NameMistake('Name the module, in the plural, and the scope that its routes need.');
  const names = moduleNames({ names: positionals[0], one: values.one, scope: values.scope, timestamp: Date.now() });
  const written = [...writeModule(names), ...registerModule(names)];
  execFileSync(process.execPath, [inProject('node_modules', 'oxfmt', 'bin', 'oxfmt'), ...written], { cwd: inProject(), stdio: 'ignore' });
  console.log(report(names, written));
} catch (error) {
  const isMistake = error instanceof NameMistake || error.code?.startsWith?.('ERR_PARSE_ARGS');
  console.error(isMistake ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 1;
}

function report({ names, scope, table }, written) {
  return `Wrote or changed:
${written.map((file) => `  ${file}`).join('\n')}

Next:
  1. Give ${table} the columns that it needs: the migration, the repository and the DTO name the same ones.
  2. Read the line of ${scope} in src/saasalytics/scopes.ts: its description, its risk, who may assign it, whether apps may have it.
  3. npm test -- test/saasalytics/${names}.test.ts
  4. npm run check && npm run generate, then commit. The scope is in the catalogue after the next start; clients get it by a grant.
docs/guides/add-a-protected-route.md explains every part.`;
}
