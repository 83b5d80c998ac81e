// Makes what docker-compose.yml mounts: keys, passwords and the first operator, below .countersign/compose/. Never twice: a second set
// would not open what the first one sealed. Another folder can be named, for tests.
import './lib/node-version.mjs';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { inProject } from './lib/project.mjs';
import { say } from './lib/step.mjs';

const folder = path.resolve(process.argv[2] ?? inProject('.countersign', 'compose'));

if (existsSync(folder)) {
  console.log(`${folder} is there already. To begin anew: docker compose down --volumes, delete the folder, run this again.`);
} else {
  await ensureInstalled();
  await ensureBuilt();
  writeWhole(folder, { ...newKeys(), ...newDatabaseLogins(), ...newOperator() });
  say(`wrote ${folder}: keep it with your backups, and nowhere else`);
}

function newKeys() {
  const key = () => `v1:${randomBytes(32).toString('base64')}`;
  return { key_encryption_keys_external: key(), key_encryption_keys_internal: key(), secret_peppers: key() };
}

function newDatabaseLogins() {
  const [owner, runtime, superuser] = [newPassword(), newPassword(), newPassword()];
  const roles = readFileSync(inProject('docs', 'guides', 'database-roles.sql'), 'utf8');
  return {
    database_url: `postgres://countersign_app:${runtime}@postgres:5432/countersign`,
    migration_database_url: `postgres://countersign_owner:${owner}@postgres:5432/countersign`,
    postgres_password: superuser,
    'roles.sql': roles.replace('change-me-owner', owner).replace('change-me-app', runtime),
  };
}

function newPassword() {
  return randomBytes(32).toString('base64url');
}

function newOperator() {
  const [id, secret] = execFileSync(process.execPath, [inProject('dist', 'src', 'cli', 'main.js'), 'new-operator'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return { 'operator.env': `${id}\n`, operator_client_secret: secret.split('=')[1] };
}

/** All files or none. The folder keeps others out; the files can be read by the accounts inside the containers, whatever their number. */
function writeWhole(target, files) {
  mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  const draft = mkdtempSync(`${target}.`);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(draft, name), text);
    chmodSync(path.join(draft, name), 0o444);
  }
  renameSync(draft, target);
}
