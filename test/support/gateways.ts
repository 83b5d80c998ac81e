import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, end, isOnPath, type Running } from './programs.js';

export const GATEWAY_EXAMPLE = new URL('../../examples/gateway', import.meta.url).pathname;

/** Where the parts of a running example are; the files say 8080, 8001, 8002 and localhost:3000. */
export interface Surroundings {
  readonly folder: string;
  readonly port: number;
  readonly decidePort: number;
  readonly backendPort: number;
  /** Of the external zone. */
  readonly issuer: string;
  /** The key that HAProxy reads, SPKI in PEM form. */
  readonly issuerKey: string;
}

export interface Gateway {
  readonly title: string;
  readonly program: string;
  start(around: Surroundings): Promise<Running>;
}

const nginx: Gateway = {
  title: 'nginx, auth_request',
  program: 'nginx',
  start: async (around) => {
    const prefix = mkdtempSync(join(around.folder, 'nginx-'));
    mkdirSync(join(prefix, 'temp'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path temp;`).join('\n');
    const user = process.getuid?.() === 0 ? 'root' : 'nobody';
    writeFileSync(
      join(prefix, 'nginx.conf'),
      `daemon off;\nuser ${user};\npid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${configuration('nginx.conf', around)}\n}\n`,
    );
    return run('nginx', ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], prefix, around);
  },
};

const withFile = (title: string, program: 'haproxy' | 'envoy', file: string): Gateway => ({
  title,
  program,
  start: (around) => {
    const folder = mkdtempSync(join(around.folder, `${program}-`));
    cpSync(join(GATEWAY_EXAMPLE, 'decide.lua'), join(folder, 'decide.lua'));
    writeFileSync(join(folder, 'issuer.pem'), around.issuerKey);
    writeFileSync(join(folder, file), configuration(file, around));
    const quiet = ['--disable-hot-restart', '--concurrency', '1', '-l', 'off'];
    return run(program, program === 'haproxy' ? ['-q', '-db', '-f', file] : ['-c', file, ...quiet], folder, around);
  },
});

/** Those that ask decide.mjs. */
export const ASKING_GATEWAYS = [
  nginx,
  withFile('HAProxy, Lua', 'haproxy', 'haproxy.cfg'),
  withFile('Envoy, ext_authz', 'envoy', 'envoy.yaml'),
];
/** Those that judge tokens by themselves. */
export const HAPROXY_JWT = withFile('HAProxy, jwt_verify', 'haproxy', 'haproxy-jwt.cfg');
export const ENVOY_JWT = withFile('Envoy, jwt_authn', 'envoy', 'envoy-jwt.yaml');

/** Why it cannot be started here. */
export function missing({ program }: Gateway): string | undefined {
  if (!isOnPath(program)) return `No ${program} on the PATH.`;
  if (program !== 'haproxy') return undefined;
  const { stdout, error, stderr } = spawnSync('haproxy', ['-vv'], { encoding: 'utf8' });
  if (!stdout?.includes('HAProxy version')) return `haproxy does not start: ${error?.message ?? stderr}`;
  return stdout.includes('+LUA') ? undefined : 'This haproxy has no Lua.';
}

function configuration(file: string, { port, decidePort, backendPort, issuer }: Surroundings): string {
  const ports: Record<string, string> = {
    '8080': String(port),
    '8001': String(decidePort),
    '8002': String(backendPort),
    '3000': new URL(issuer).port,
  };
  return readFileSync(join(GATEWAY_EXAMPLE, file), 'utf8')
    .replaceAll('http://localhost:3000', issuer)
    .replaceAll(/(127\.0\.0\.1:|port_value: )(\d+)/g, (_, before: string, each: string) => before + (ports[each] ?? each));
}

async function run(program: string, args: string[], cwd: string, { port }: Surroundings): Promise<Running> {
  const proxy = spawn(program, args, { cwd, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, proxy);
  return { url, stop: () => end(proxy) };
}
