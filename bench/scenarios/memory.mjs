// Resident memory of the product while it issues many tokens: under 250 MB, and flat.
import { countersign } from '../contestants/countersign.mjs';
import { node22, residentMegabytes } from '../lib/processes.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const LIMIT_MEGABYTES = 250;
const STEPS = 10;

export async function memoryScenario(options, { say, chosen }) {
  const [contestant] = chosen([countersign]);
  if (!contestant) return { title: 'Resident memory', workloads: [], comparisons: [] };
  const server = await contestant.start({ node: options.sameNode ? node22() : process.execPath });
  const target = server.targets.ES256; // the algorithm that issues most tokens per second
  const file = requestsFile(target.requests);
  const samples = [{ tokens: 0, megabytes: residentMegabytes(server.pid) }];
  const perStep = Math.ceil(options.memoryTokens / STEPS);
  for (let step = 1; step <= STEPS; step += 1) {
    await runLoad({ url: target.url, requestsFile: file, connections: options.connections, warmupSeconds: 0, count: perStep });
    samples.push({ tokens: step * perStep, megabytes: residentMegabytes(server.pid) });
    say(`memory · after ${step * perStep} tokens: ${samples.at(-1).megabytes.toFixed(0)} MB`);
  }
  await server.stop();
  const last = samples.at(-1).megabytes;
  const half = samples[STEPS / 2].megabytes;
  return {
    title: 'Resident memory',
    workloads: [],
    samples,
    comparisons: [
      { what: `resident memory after ${options.memoryTokens} tokens, MB`, measured: last, goalBelow: LIMIT_MEGABYTES },
      { what: 'second half ÷ first half of the tokens, memory', measured: last / half, goalBelow: 1.1 },
    ],
  };
}
