// Runs an example against the libraries as they are built in this repository, with nothing installed or published:
//   node --import ./examples/local.mjs examples/express/server.js
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Node runs the hooks below in a thread of their own, from this same file.
if (isMainThread) register(import.meta.url);

const LIBRARY = /^@countersign\/([a-z-]+)(?:\/([a-z-]+))?$/;

export function resolve(specifier, context, next) {
  const [, library, subPath] = LIBRARY.exec(specifier) ?? [];
  if (library === undefined) return next(specifier, context);
  const file = subPath === undefined ? 'index.js' : `adapters/${subPath}.js`;
  return next(new URL(`../dist/libs/${library}/src/${file}`, import.meta.url).href, context);
}

/** The Nest example is TypeScript, because of its decorators; this does what its `npm run build` does. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { default: typescript } = await import('typescript');
  const path = fileURLToPath(url);
  const { config } = typescript.readConfigFile(fileURLToPath(new URL('nest/tsconfig.json', import.meta.url)), typescript.sys.readFile);
  const compilerOptions = { ...config.compilerOptions, module: 'ES2022' };
  const { outputText } = typescript.transpileModule(readFileSync(path, 'utf8'), { fileName: path, compilerOptions });
  return { format: 'module', source: outputText, shortCircuit: true };
}
