// Packs every library as dist/packages/*.tgz, ready for `npm install` in any project or `npm publish` to a registry of your own.
import './lib/node-version.mjs';
import { readdirSync, rmSync } from 'node:fs';
import { compilePackages } from './lib/package-build.mjs';
import { stagePackage } from './lib/package-manifest.mjs';
import { PACKAGES_FOLDER, listPackages } from './lib/packages.mjs';
import { npm } from './lib/npm.mjs';
import { StepFailure, quietStep, say } from './lib/step.mjs';

try {
  rmSync(PACKAGES_FOLDER, { recursive: true, force: true });
  const packages = listPackages();
  await compilePackages(packages);
  const staged = packages.map(stagePackage);
  await quietStep('packing (npm pack)', ...npm('pack', ...staged, '--pack-destination', PACKAGES_FOLDER));
  for (const name of readdirSync(PACKAGES_FOLDER)) if (name.endsWith('.tgz')) say(`dist/packages/${name}`);
} catch (error) {
  console.error(error instanceof StepFailure ? error.message : error);
  process.exitCode = 1;
}
