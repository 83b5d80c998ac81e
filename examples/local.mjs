// Runs an example against the libraries as they are built in this repository, with nothing installed or published:
//   node --import ./examples/local.mjs examples/express/server.js
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Node runs the hooks below in a thread of their own, from this same file.
if (isMainThread) register(import.meta.url);

const LIBRARY = /^@countersign\/([a-z-]+)(?:\/([a-z-]+))?$/;

export function resolve(specifier, context, next) {
  const [, library, subPath] = LIBRARY.exec(specifier) ?? [];
  if (library === undefined) return next(sourceOf(specifier, context.parentURL) ?? specifier, context);
  const file = subPath === undefined ? 'index.js' : `adapters/${subPath}.js`;
  return next(new URL(`../dist/libs/${library}/src/${file}`, import.meta.url).href, context);
}

/** The TypeScript file that a relative import means: it names what the compiler will have written. */
function sourceOf(specifier, parent) {
  if (!parent?.endsWith('.ts') || !/^\.{1,2}\/.*\.js$/.test(specifier)) return undefined;
  const source = new URL(specifier.replace(/\.js$/, '.ts'), parent);
  return existsSync(source) ? source.href : undefined;
}

/** Some examples are TypeScript; this does what their `npm run build` does. The Nest one has decorators, so its settings do for all. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { default: typescript } = await import('typescript');
  const path = fileURLToPath(url);
  const { config } = typescript.readConfigFile(fileURLToPath(new URL('nest/tsconfig.json', import.meta.url)), typescript.sys.readFile);
  const compilerOptions = { ...config.compilerOptions, module: 'ES2022' };
  const { outputText } = typescript.transpileModule(readFileSync(path, 'utf8'), { fileName: path, compilerOptions });
  return { format: 'module', source: outputText, shortCircuit: true };
}
