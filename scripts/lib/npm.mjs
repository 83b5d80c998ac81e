/** A command line for the npm that runs us, which need not be the first one on the PATH. */
export function npm(...args) {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('npm-cli.js') ? [process.execPath, [cli, ...args]] : ['npm', args];
}
