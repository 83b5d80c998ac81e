import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGES_FOLDER } from './packages.mjs';
import { inProject } from './project.mjs';
import { quietStep } from './step.mjs';

/** Where the compiler puts `libs/<name>/src`: `<folder>/<name>/src`. */
export const BUILD_FOLDER = path.join(PACKAGES_FOLDER, 'build');

/**
 * Compiles what the entries reach and nothing else, so no spec gets in. The plain compiler, not the Nest CLI: it leaves
 * `@countersign/…` as it is written, which is how a package finds another one.
 */
export async function compilePackages(packages) {
  const config = path.join(PACKAGES_FOLDER, 'tsconfig.json');
  mkdirSync(PACKAGES_FOLDER, { recursive: true });
  const sources = packages.flatMap(({ folder, entries, commands }) =>
    [...Object.values(entries), ...Object.values(commands)].map((source) => inProject(folder, source)),
  );
  const compilerOptions = { rootDir: inProject('libs'), outDir: BUILD_FOLDER, declaration: true, sourceMap: false, incremental: false };
  writeFileSync(config, JSON.stringify({ extends: inProject('tsconfig.json'), compilerOptions, files: sources, include: [] }));
  await quietStep('compiling the packages (tsc)', process.execPath, [inProject('node_modules', 'typescript', 'bin', 'tsc'), '-p', config]);
}
