// The machine's own limit: what two processes that do nothing but sign reach.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const openssl = { name: 'openssl speed -multi 2 rsa2048' };

/** Signatures per second, or undefined where there is no openssl program. */
export async function opensslSignsPerSecond(seconds) {
  const args = ['speed', '-elapsed', '-seconds', String(Math.max(1, Math.round(seconds))), '-multi', '2', 'rsa2048'];
  const output = await promisify(execFile)('openssl', args).catch(() => undefined);
  if (!output) return undefined;
  const lines = output.stdout.split('\n');
  const row = lines.find((line) => /^rsa\s+2048 bits/.test(line));
  const head = lines.find((line) => /sign\/s/.test(line));
  if (!row || !head) return undefined;
  const column = head.trim().split(/\s+/).indexOf('sign/s');
  return Number(
    row
      .replace(/^rsa\s+2048 bits\s*/, '')
      .trim()
      .split(/\s+/)[column],
  );
}
