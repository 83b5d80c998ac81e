import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs/guides'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/guides/${name}`),
];
const GUIDES_TO_FOLLOW = [
  'agents',
  'api-keys',
  'api-keys-to-oauth',
  'calling-an-api',
  'checking-your-api',
  'device-flow',
  'dpop',
  'dynamic-registration',
  'meshes-and-gateways',
  'microservices',
  'operations',
  'service-principals',
  'sign-in-with-countersign',
  'third-party-apps',
  'token-verification',
  'workload-federation',
];
const MARK = '<!-- tested -->';
/** Run by container.test.ts, where a Docker engine is, and by new-module.test.ts. */
const MARKS_OF_OTHERS = ['<!-- tested with Docker -->', '<!-- tested in a copy -->'];
const URLS_OF_THE_DEMO = /localhost:3(?:[09]00|44[34])|\.countersign\//;
/** Taken from this build, without installing them. */
const PACKAGE = /(?<=from ')@countersign\/([a-z-]+)(?=')/g;
const TIMEOUT_MS = 120_000;

interface Block {
  /** `page:line`, for whoever has to mend it. */
  readonly at: string;
  readonly tested: boolean;
  readonly elsewhere: boolean;
  readonly text: string;
}

/** How a block of a language stands in a shell. A `js` block is a module of its own. */
const LANGUAGES: Readonly<Record<string, (text: string) => string>> = {
  '```sh': (text) => text,
  '```js': (text) => `node --input-type=module - <<'SCRIPT'\n${text}\nSCRIPT`,
};

const blocks = new Map(PAGES.map((page) => [page, runnableBlocks(page)]));
const tested = (page: string): Block[] => (blocks.get(page) ?? []).filter((block) => block.tested);

describe('the commands of the documentation', () => {
  let server: TestServer;
  beforeAll(async () => {
    // Documents of agents as `npm start` has them.
    server = await startTestServer({ DANGEROUSLY_ENABLE_TEST_TOKENS: 'true', CLIENT_ID_METADATA_DOCUMENTS: 'open' });
  });
  afterAll(() => server.stop());

  it.each(PAGES.filter((page) => tested(page).length > 0))('%s works as it is written', { timeout: TIMEOUT_MS }, async (page) => {
    const { code, output } = await runInOneShell(scriptOf(tested(page), server));
    expect(code, output).toBe(0);
  });

  it('exist on the pages that promise them', () => {
    for (const page of ['README.md', ...GUIDES_TO_FOLLOW.map((name) => `docs/guides/${name}.md`)])
      expect(tested(page).length, page).toBeGreaterThan(0);
  });

  it('are marked as tested wherever they talk to the demo server', () => {
    const forgotten = [...blocks.values()].flat().filter((block) => !block.tested && !block.elsewhere && URLS_OF_THE_DEMO.test(block.text));
    expect(forgotten.map(({ at }) => at)).toEqual([]);
  });
});

/** The `sh` and `js` blocks of a page in their order; tested ones follow a line with the mark. */
function runnableBlocks(page: string): Block[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    const inShell = LANGUAGES[line];
    if (!inShell) return [];
    const end = lines.indexOf('```', i);
    const mark = lines[i - 1];
    return [
      {
        at: `${page}:${i + 1}`,
        tested: mark === MARK,
        elsewhere: MARKS_OF_OTHERS.includes(mark ?? ''),
        text: inShell(lines.slice(i + 1, end).join('\n')),
      },
    ];
  });
}

/** All blocks in one script, as a reader pastes them one after the other; the place is told when one fails. */
function scriptOf(parts: readonly Block[], server: TestServer): string {
  const head = `set -euo pipefail\ntrap 'echo "failed: the block at $BLOCK" >&2' ERR`;
  const script = [head, ...parts.map(({ at, text }) => `BLOCK='${at}'\n${text}`)].join('\n');
  return script
    .replaceAll('http://localhost:3000', server.url)
    .replaceAll('http://localhost:3900', server.opsUrl)
    .replaceAll('https://localhost:3443', server.internalUrl)
    .replaceAll('.countersign/', `${server.files.dataDir}/`)
    .replaceAll(PACKAGE, (_, lib: string) => pathToFileURL(join(ROOT, 'dist/libs', lib, 'src/index.js')).href);
}

function runInOneShell(script: string): Promise<{ code: number | null; output: string }> {
  const shell = spawn('bash', ['-c', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => shell.once('error', reject).once('close', (code) => resolve({ code, output })));
}
