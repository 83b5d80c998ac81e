import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

describe('section documentation: pages made from code', () => {
  it('are up to date: docs/configuration.md, errors.md, openapi.json and spec-coverage.md', { timeout: 180_000 }, async () => {
    const { code, output } = await generateCheck();
    expect(code, output).toBe(0);
  });
});

function generateCheck(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/generate.mjs', '--check'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, output })));
}
