import { mintSecret } from '@countersign/oauth';
import { ConfigurationError, loadConfiguration } from '../platform/config/index.js';
import { newId } from '../platform/crypto/index.js';
import { connectDatabase, migrate } from '../platform/database/index.js';

/** `node dist/src/cli/main.js <command>`: one function per command. */
const COMMANDS: Readonly<Record<string, { help: string; run: () => Promise<void> }>> = {
  migrate: { help: 'bring the schema of the configured database up to date', run: migrateDatabase },
  'new-operator': { help: 'print a client id and secret for OPERATOR_CLIENT_ID and OPERATOR_CLIENT_SECRET', run: printOperator },
};

const command = COMMANDS[process.argv[2] ?? ''];
if (!command) {
  console.error(
    `Commands:\n${Object.entries(COMMANDS)
      .map(([name, { help }]) => `  ${name.padEnd(14)}${help}`)
      .join('\n')}`,
  );
  process.exit(2);
}
try {
  await command.run();
} catch (error) {
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exit(1);
}

async function migrateDatabase(): Promise<void> {
  const connection = await connectDatabase(loadConfiguration(process.env).settings, console.log);
  const applied = await migrate(connection.migrationUrl, decodeURIComponent(new URL(connection.runtimeUrl).username));
  console.log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to do');
  await connection.stop();
}

function printOperator(): Promise<void> {
  console.log(`OPERATOR_CLIENT_ID=${newId('sp')}\nOPERATOR_CLIENT_SECRET=${mintSecret('csn_secret')}`);
  return Promise.resolve();
}
