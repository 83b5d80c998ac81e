import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO_MS = 240_000;

async function runDemo(): Promise<{ code: unknown; said: string }> {
  const demo = spawn('npm', ['run', '--silent', 'demo:services'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(demo, 'close');
  return { code, said };
}

describe('npm run demo:services', () => {
  it('tells who called whom, and every answer is right', { timeout: DEMO_MS }, async () => {
    const { code, said } = await runDemo();
    expect(said).not.toContain('✗');
    expect(said).toMatch(/\n(\d+) of \1 answers are right\.\n/);
    for (const part of [
      'another tenant in the body: service 403 other_tenant_named',
      'calls through three services each, none failed',
      'the token that it holds: service 401 invalid_token, after',
      'n2 -.->|"unused: read:users"| n6',
    ])
      expect(said).toContain(part);
    expect(said).not.toMatch(/PRIVATE KEY|csn_join_|eyJ[A-Za-z0-9_-]+\.eyJ/);
    expect(code).toBe(0);
  });
});
