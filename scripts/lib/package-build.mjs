import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './project.mjs';
import { quietStep } from './step.mjs';

/**
 * Compiles what the entries reach and nothing else, so no spec gets in: `libs/<name>/src` goes to `<output>/build/<name>/src`. The plain compiler, not the Nest CLI: it leaves
 * `@countersign/…` as it is written, which is how a package finds another one.
 */
export async function compilePackages(packages, output) {
  const config = path.join(output, 'tsconfig.json');
  mkdirSync(output, { recursive: true });
  const sources = packages.flatMap(({ folder, entries, commands }) =>
    [...Object.values(entries), ...Object.values(commands)].map((source) => inProject(folder, source)),
  );
  const compilerOptions = {
    rootDir: inProject('libs'),
    outDir: path.join(output, 'build'),
    typeRoots: [inProject('node_modules', '@types')],
    declaration: true,
    sourceMap: false,
    incremental: false,
  };
  writeFileSync(config, JSON.stringify({ extends: inProject('tsconfig.json'), compilerOptions, files: sources, include: [] }));
  await quietStep('compiling the packages (tsc)', process.execPath, [inProject('node_modules', 'typescript', 'bin', 'tsc'), '-p', config]);
}
