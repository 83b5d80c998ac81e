import { ConfigurationError } from './platform/config/index.js';
import { MissingKeyEncryptionKey } from './platform/crypto/index.js';
import { isDatabaseUnavailable } from './platform/database/index.js';
import { EmbeddedPostgresError } from './platform/database/embedded/index.js';

/** What to print when a start fails: a sentence for what an operator can mend, the whole error for everything else. */
export function explainFailure(error: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (error instanceof ConfigurationError || error instanceof EmbeddedPostgresError || error instanceof MissingKeyEncryptionKey)
    return error.message;
  const { code, syscall, port, address } = error as { code?: unknown; syscall?: unknown; port?: unknown; address?: unknown };
  if (syscall === 'listen') return listenFailure(String(code), Number(port), String(address), environment);
  if (isDatabaseUnavailable(error))
    return `The database cannot be reached (${String(code ?? (error as Error).message)}). Check DATABASE_URL and MIGRATION_DATABASE_URL, and that PostgreSQL runs.`;
  return error;
}

/** Of the settings of each listener beside the public one, and the port it has without them. */
const PREFIXES = [
  ['OPS_', 3900],
  ['INTERNAL_', 3443],
  ['MTLS_', 3444],
] as const;

function listenFailure(code: string, port: number, address: string, environment: NodeJS.ProcessEnv): string {
  const prefix = PREFIXES.find(([name, preset]) => Number(environment[`${name}PORT`] || preset) === port)?.[0] ?? '';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program: end that one, or set ${prefix}PORT to a free port.`;
    case 'EACCES':
      return `Port ${port} may not be used by this account: set ${prefix}PORT to one above 1023.`;
    default:
      return `The address ${address}:${port} cannot be listened on (${code}): check ${prefix === 'MTLS_' ? '' : prefix}HOST and ${prefix}PORT.`;
  }
}
