// Packs every library as dist/packages/*.tgz, ready for `npm install` in any project or `npm publish` to a registry of your own.
// Another folder can be named, for tests.
import './lib/node-version.mjs';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { compilePackages } from './lib/package-build.mjs';
import { stagePackage } from './lib/package-manifest.mjs';
import { listPackages } from './lib/packages.mjs';
import { npm } from './lib/npm.mjs';
import { inProject } from './lib/project.mjs';
import { StepFailure, quietStep, say } from './lib/step.mjs';

const output = path.resolve(process.argv[2] ?? inProject('dist', 'packages'));

try {
  rmSync(output, { recursive: true, force: true });
  const packages = listPackages();
  await compilePackages(packages, output);
  const staged = packages.map((each) => stagePackage(each, output));
  await quietStep('packing (npm pack)', ...npm('pack', ...staged, '--pack-destination', output));
  for (const name of readdirSync(output)) if (name.endsWith('.tgz')) say(path.join(output, name));
} catch (error) {
  console.error(error instanceof StepFailure ? error.message : error);
  process.exitCode = 1;
}
