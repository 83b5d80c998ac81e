// What was measured, as a table for people (latest.md) and in full (<date>.json).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchRoot } from './processes.mjs';

export function renderReport({ date, machine, options, scenarios, missing }) {
  const lines = [
    `# Benchmark of ${date.slice(0, 10)}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Linux ${machine.kernel}. ` +
      `Servers on Node ${machine.node}${machine.nodeOfOidcProvider ? `, oidc-provider on Node ${machine.nodeOfOidcProvider}` : ''}${machine.postgres ? `, PostgreSQL of the peer ${machine.postgres}` : ''}. ` +
      `Load generator and PostgreSQL on the same machine, ${options.connections} keep-alive connections, ` +
      `medians of ${options.rounds} interleaved rounds of ${options.seconds} s.`,
    '',
    `Versions: ${Object.entries(machine.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
  ];
  if (options.quick) lines.push('**A quick run: it shows that everything works. Its figures mean little.**', '');
  if (machine.loadAtStart > 0.5) {
    lines.push(`**The machine was busy (load ${machine.loadAtStart} at the start): repeat this on a quiet one.**`, '');
  }
  if (missing.length) lines.push('Not measured:', ...missing.map((line) => `- ${line}`), '');
  lines.push(...goalTable(scenarios.flatMap(({ comparisons }) => comparisons)));
  for (const { title, workloads, tables = [] } of scenarios) {
    for (const workload of workloads) lines.push(...workloadTable(title, workload));
    for (const one of tables) lines.push(`## ${title}: ${one.title}`, '', ...table(one.head, one.rows), '');
  }
  return `${lines.join('\n')}\n`;
}

function goalTable(comparisons) {
  return [
    '## Goals',
    '',
    ...table(
      ['what', 'measured', 'against', 'ratio (lowest – highest)', 'goal', ''],
      comparisons.map((one) => ('goalBelow' in one ? limitRow(one) : ratioRow(one))),
    ),
    '',
    'The ratio is the median of the ratios within each round. `met` and `not met` are read from it; a benchmark is never a test.',
    '',
  ];
}

function ratioRow({ what, ours, theirs, ratio, lowest, highest, goal }) {
  const spread = ratio === undefined ? '–' : `${ratio.toFixed(2)} (${lowest.toFixed(2)} – ${highest.toFixed(2)})`;
  return [what, rate(ours), rate(theirs), spread, goal === undefined ? '' : `≥ ${goal}`, verdict(goal, ratio, (a, b) => a >= b)];
}

function limitRow({ what, measured, goalBelow, digits = measured < 10 ? 2 : 0 }) {
  return [what, measured.toFixed(digits), '', '', `< ${goalBelow}`, verdict(goalBelow, measured, (a, b) => a < b)];
}

function verdict(goal, measured, holds) {
  if (goal === undefined) return '';
  if (measured === undefined) return 'not measured';
  return holds(measured, goal) ? 'met' : '**not met**';
}

function workloadTable(title, { title: name, unit, rows }) {
  return [
    `## ${title}: ${name}`,
    '',
    ...table(
      ['', unit, 'p50 ms', 'p99 ms', 'rounds', "server's CPU, µs each", "load generator's share of a core"],
      rows.map((row) => [
        row.name,
        rate(row.requestsPerSecond),
        fixed(row.p50, 1),
        fixed(row.p99, 1),
        row.runs.map((run) => rate(run.requestsPerSecond)).join(' '),
        fixed(row.serverCpuMicroseconds, 0),
        fixed(row.generatorCpuShare, 2),
      ]),
    ),
    '',
  ];
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

const rate = (value) => (value === undefined ? '–' : Math.round(value).toLocaleString('en-US'));
const fixed = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

export function writeResults(run, markdown) {
  const folder = join(benchRoot, 'results');
  mkdirSync(folder, { recursive: true });
  const name = `${run.date.slice(0, 19).replaceAll(':', '').replace('T', '-')}.json`;
  writeFileSync(join(folder, name), `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(join(folder, 'latest.md'), markdown);
  return `bench/results/${name}`;
}
