/** Group roles; a login reaches a row only after SET LOCAL ROLE to one of the last two. */
export const ROLES = { owner: 'countersign_owner', tenant: 'countersign_tenant', platform: 'countersign_platform' } as const;

/** The runtime login of the embedded database; elsewhere it is the user of DATABASE_URL. */
export const RUNTIME_LOGIN = 'countersign_app';

/**
 * Statements that make the roles of a cluster, safe to repeat and to run at the same time from several databases.
 * Run by someone who may create roles: the embedded cluster's superuser, or a database administrator once.
 */
export function createRolesSql(logins: {
  owner: { name: string; password: string };
  runtime: { name: string; password: string };
}): string[] {
  return [
    createRole(ROLES.tenant, 'NOLOGIN'),
    createRole(ROLES.platform, 'NOLOGIN'),
    createRole(logins.owner.name, `LOGIN PASSWORD ${literal(logins.owner.password)}`),
    // NOINHERIT: without SET ROLE the login can do nothing at all.
    createRole(logins.runtime.name, `LOGIN NOINHERIT PASSWORD ${literal(logins.runtime.password)}`),
    `GRANT ${ROLES.tenant}, ${ROLES.platform} TO ${identifier(logins.runtime.name)}`,
  ];
}

function createRole(name: string, attributes: string): string {
  const role = `${identifier(name)} ${attributes} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE`;
  return `DO $do$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $do$`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
