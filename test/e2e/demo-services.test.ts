import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootsFolderFor } from '../../src/platform/database/embedded/cluster-location.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO_MS = 240_000;

/** Where the demo makes its folder. */
let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-demo-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true }));

function start(command: string, args: string[]): { child: ChildProcess; said: () => string; ended: Promise<unknown> } {
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code as unknown) };
}

/** The folder of the demo, which holds keys, and where its database stands for root. */
async function folders(): Promise<string[]> {
  await expect.poll(() => readdirSync(temporary), { timeout: DEMO_MS }).toHaveLength(1);
  const folder = join(temporary, readdirSync(temporary)[0]!);
  return [folder, rootsFolderFor(folder)];
}

/** The lines of the map in a text, without numbers of calls: those are others in each run. */
function drawnIn(text: string): string[] {
  const [map = ''] = /^flowchart LR\n(?: {2}.*\n)+/m.exec(text) ?? [];
  return map
    .replaceAll(/\d+ calls?/g, 'calls')
    .split('\n')
    .sort();
}

describe('npm run demo:services', () => {
  it('tells who called whom, every answer is right, and nothing is left behind', { timeout: DEMO_MS }, async () => {
    const demo = start('npm', ['run', '--silent', 'demo:services']);
    const used = await folders();
    const code = await demo.ended;
    const said = demo.said();
    expect(said).not.toContain('✗');
    expect(said).toMatch(/\n(\d+) of \1 answers are right\.\n/);
    for (const part of [
      'another tenant in the body: service 403 other_tenant_named',
      'calls through three services each, none failed',
      'the token that it holds: service 401 invalid_token, after',
      'n2 -.->|"unused: read:users"| n6',
    ])
      expect(said).toContain(part);
    expect(drawnIn(said)).toEqual(drawnIn(readFileSync(join(ROOT, 'docs/guides/trust-map.md'), 'utf8')));
    expect(said).not.toMatch(/PRIVATE KEY|csn_join_|eyJ[A-Za-z0-9_-]+\.eyJ/);
    expect(code).toBe(0);
    expect(used.filter(existsSync)).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted while it starts', { timeout: DEMO_MS }, async () => {
    const demo = start(process.execPath, ['scripts/demo-services.mjs']);
    const used = await folders();
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(1);
    expect(used.filter(existsSync)).toEqual([]);
  });

  it('ends when a service does not start, or has ended', async () => {
    const { ended, said } = start(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { ServiceProcess } from './scripts/lib/demo-services/processes.mjs';
       const service = new ServiceProcess('nobody', {});
       for (const act of [() => service.started(), () => service.tell('report')]) await act().catch(({ message }) => console.log(message));
       await service.stop();`,
    ]);
    expect([await ended, said()]).toEqual([0, expect.stringContaining('nobody ended with 1.\nnobody: ')]);
  });
});
