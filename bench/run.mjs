// npm run bench: Countersign next to its peers, in one run on the machine at hand. `--help` lists the options.
import { ensureBuilt } from '../scripts/lib/build.mjs';
import { ensureInstalled } from '../scripts/lib/install.mjs';
import { readOptions } from './lib/options.mjs';
import { installPeers } from './lib/peers.mjs';
import { stopEverything } from './lib/processes.mjs';

const SCENARIOS = {
  tokens: async () => (await import('./scenarios/token-issuance.mjs')).tokenScenario,
  guard: async () => (await import('./scenarios/guard.mjs')).guardScenario,
  dpop: async () => (await import('./scenarios/dpop.mjs')).dpopScenario,
  verification: async () => (await import('./scenarios/verification.mjs')).verificationScenario,
  internal: async () => (await import('./scenarios/internal-zone.mjs')).internalScenario,
  delegated: async () => (await import('./scenarios/delegated.mjs')).delegatedScenario,
  reaper: async () => (await import('./scenarios/reaper.mjs')).reaperScenario,
  memory: async () => (await import('./scenarios/memory.mjs')).memoryScenario,
  revocation: async () => (await import('./scenarios/revocation.mjs')).revocationScenario,
};
/** Scenarios that measure others too. */
const WITH_PEERS = ['tokens', 'guard', 'delegated'];

const options = readOptions();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await stopEverything();
    process.exit(130);
  });
}

try {
  await main();
} catch (error) {
  console.error(`\nthe benchmark failed: ${error.stack}`);
  process.exitCode = 1;
} finally {
  await stopEverything();
}

async function main() {
  await ensureInstalled();
  await ensureBuilt();
  const withPeers = options.scenarios.some((name) => WITH_PEERS.includes(name));
  if (withPeers) installPeers();
  // Imported late: these need the packages that were just installed.
  const { describeMachine } = await import('./lib/machine.mjs');
  const { renderReport, writeResults } = await import('./lib/report.mjs');
  const { databaseVersion } = await import('./lib/postgres.mjs');
  const run = { date: new Date().toISOString(), machine: describeMachine(options, withPeers), options, scenarios: [], missing: [] };
  for (const name of options.scenarios) {
    if (!SCENARIOS[name]) throw new Error(`unknown scenario "${name}": one of ${Object.keys(SCENARIOS).join(', ')}`);
    const scenario = await SCENARIOS[name]();
    console.log(`\n${name}`);
    const chosen = (contestants) => choose(contestants, run.missing);
    run.scenarios.push(await scenario(options, { say: (line) => console.log(`  ${line}`), chosen }));
  }
  run.machine.postgres = await databaseVersion();
  const markdown = renderReport(run);
  console.log(`\n${markdown}`);
  console.log(`written to ${writeResults(run, markdown)} and bench/results/latest.md`);
}

/** Those asked for by --contestants; one that is not built stops the run unless it was left out on purpose. */
function choose(contestants, missing) {
  return contestants.filter(({ name, unavailable }) => {
    const wanted = options.contestantFilter?.some((part) => name.toLowerCase().includes(part.toLowerCase())) ?? true;
    const reason = wanted ? unavailable?.() : 'left out by --contestants';
    if (wanted && reason) throw new Error(`${name}: ${reason}; run \`npm run build\` first`);
    if (reason) missing.push(`${name}: ${reason}`);
    return !reason;
  });
}
