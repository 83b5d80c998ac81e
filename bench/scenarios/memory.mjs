// Resident memory of the product while it issues many tokens: under 250 MB, and flat, in each zone.
import { countersign } from '../contestants/countersign.mjs';
import { joinServices } from '../contestants/internal-zone.mjs';
import { node22, residentMegabytes } from '../lib/processes.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';
import { internalTarget } from './internal-zone.mjs';

const LIMIT_MEGABYTES = 250;
const STEPS = 10;

/** ES256, which issues most tokens per second. */
const PARTS = [
  { name: 'public listener', loadOf: ({ targets: { ES256 } }) => ({ url: ES256.url, requests: ES256.requests }) },
  {
    name: 'internal listener, certificates',
    loadOf: async (server) => {
      const { ca, services } = await joinServices(server, 'memory', 1);
      return internalTarget(server, ca, services[0]).load;
    },
  },
];

export async function memoryScenario(options, { say, chosen }) {
  const scenario = { title: 'Resident memory', workloads: [], tables: [], comparisons: [] };
  const [contestant] = chosen([countersign]);
  if (!contestant) return scenario;
  for (const part of PARTS) {
    const samples = await fill(contestant, part, options, say);
    const rows = samples.map(({ tokens, megabytes }) => [String(tokens), megabytes.toFixed(0)]);
    scenario.tables.push({ title: part.name, head: ['tokens', 'MB'], rows });
    scenario.comparisons.push(...compare(part, samples, options));
  }
  return scenario;
}

async function fill(contestant, { name, loadOf }, options, say) {
  const server = await contestant.start({ node: options.sameNode ? node22() : process.execPath });
  const { url, requests, tls } = await loadOf(server);
  const file = requestsFile(requests);
  const samples = [{ tokens: 0, megabytes: residentMegabytes(server.pid) }];
  const perStep = Math.ceil(options.memoryTokens / STEPS);
  for (let step = 1; step <= STEPS; step += 1) {
    await runLoad({ url, tls, requestsFile: file, connections: options.connections, warmupSeconds: 0, count: perStep });
    samples.push({ tokens: step * perStep, megabytes: residentMegabytes(server.pid) });
    say(`memory · ${name} · after ${step * perStep} tokens: ${samples.at(-1).megabytes.toFixed(0)} MB`);
  }
  await server.stop();
  return samples;
}

function compare({ name }, samples, { memoryTokens }) {
  const last = samples.at(-1).megabytes;
  const half = samples[STEPS / 2].megabytes;
  return [
    { what: `${name}: resident memory after ${memoryTokens} tokens, MB`, measured: last, goalBelow: LIMIT_MEGABYTES },
    { what: `${name}: second half ÷ first half of the tokens, memory`, measured: last / half, goalBelow: 1.1 },
  ];
}
