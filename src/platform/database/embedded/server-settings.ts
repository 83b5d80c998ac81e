import { EmbeddedPostgresError } from './embedded-postgres.error.js';

// The audit log promises that a row is on disk before its token leaves.
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

// TCP on loopback, not a Unix socket: TypeORM leaves an escaped socket path in a URL as it is, and a socket path ends at 107 bytes.
const LISTENING = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };

const SMALL_MACHINE = {
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  // Parallel queries would need /dev/shm, which containers keep small.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The application reports failed statements itself, without their text, which may hold what nobody should read.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
};

export function serverArguments(data: string, port: number, settings: Record<string, string> = {}): string[] {
  const fixed: Record<string, string> = { ...DURABLE, ...LISTENING, port: String(port) };
  const refused = Object.keys(settings).find((name) => name in fixed && settings[name] !== fixed[name]);
  if (refused) throw new EmbeddedPostgresError(`The embedded PostgreSQL does not let its "${refused}" be changed.`);
  const all = Object.entries({ ...SMALL_MACHINE, ...settings, ...fixed });
  return ['-D', data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
