import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atTheEnd, benchRoot, cpuMicroseconds, endProcess, runFolder } from '../lib/processes.mjs';
import { pack } from './requests.mjs';

let files = 0;

/** Writes requests where the load generator reads them. */
export function requestsFile(requests) {
  const file = join(runFolder(), `requests-${files++}.bin`);
  writeFileSync(file, pack(requests));
  return file;
}

/**
 * One run of the load generator. Any answer but `status` (200), any lost connection fails it: nobody wins by failing.
 * `pid` is the server's: its CPU time per answer is told too, which a busy machine changes less than the rate.
 * @param {{url: string, pid?: number, requestsFile: string, connections: number, warmupSeconds: number, seconds?: number, count?: number, once?: boolean, status?: number,
 *   tls?: {ca: string, clients: {cert: string, key: string}[]}}} job
 */
export async function runLoad({ url, pid, ...job }) {
  const { hostname, port } = new URL(url);
  const child = fork(join(benchRoot, 'load/generator.mjs'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  atTheEnd(() => endProcess(child, ended));
  const cpuBefore = cpuMicroseconds(pid);
  const result = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('the load generator ended without a result')));
    child.send({ host: hostname, port: Number(port), ...job });
  });
  const serverCpuMicroseconds = (cpuMicroseconds(pid) - cpuBefore) / result.answered;
  await ended;
  const bad = Object.keys(result.statuses).filter((status) => Number(status) !== (job.status ?? 200));
  if (bad.length || result.failure || result.disconnects || result.unanswered || !result.measured) {
    throw new Error(`failed answers under load: ${JSON.stringify({ ...result, firstBadBody: undefined })}\n${result.firstBadBody ?? ''}`);
  }
  return { ...result, serverCpuMicroseconds };
}
