import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const RUNTIME = ['countersign_app', 'countersign_tenant', 'countersign_platform'];

describe('the schema', () => {
  it('every table with an org_id forces row-level security and has a policy for tenants', async () => {
    const tables = await server.sql<{ name: string; forced: boolean; tenant: boolean }>(
      `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
              EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'countersign_tenant'::regrole = ANY(p.polroles)) AS tenant
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
    );
    expect(tables.length).toBeGreaterThan(8);
    expect(tables.filter(({ forced, tenant }) => !forced || !tenant)).toEqual([]);
  });

  it('the platform role has no access to any table of the reference API', async () => {
    const granted = await server.sql(
      `SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'countersign_platform' AND table_name LIKE 'analytics\\_%'`,
    );
    expect(granted).toEqual([]);
  });

  it('audit rows can be added and read by runtime roles, nothing else', async () => {
    const granted = await server.sql<{ privilege_type: string }>(
      `SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE table_name = 'audit_events' AND grantee = ANY($1)`,
      [RUNTIME],
    );
    expect(granted.map((row) => row.privilege_type).sort()).toEqual(['INSERT', 'SELECT']);
  });

  it('no runtime role is a superuser, passes row security, makes roles or owns a table', async () => {
    const roles = await server.sql<{ rolname: string; strong: boolean; tables: string }>(
      `SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS strong,
              (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS tables FROM pg_roles r WHERE rolname = ANY($1) ORDER BY rolname`,
      [RUNTIME],
    );
    expect(roles).toEqual([...RUNTIME].sort().map((rolname) => ({ rolname, strong: false, tables: '0' })));
  });

  it('the runtime login inherits nothing: without SET ROLE it can do nothing', async () => {
    const [login] = await server.sql<{ rolinherit: boolean }>(`SELECT rolinherit FROM pg_roles WHERE rolname = 'countersign_app'`);
    expect(login?.rolinherit).toBe(false);
  });

  it('PERF-2 every table whose rows expire has an index on expires_at', async () => {
    const missing = await server.sql(
      `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'expires_at' AND a.attnotnull
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum)`,
    );
    expect(missing).toEqual([]);
  });

  it('foreign keys between tables of tenants carry the organization', async () => {
    const loose = await server.sql(
      `SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent FROM pg_constraint f
       WHERE contype = 'f' AND confrelid <> 'orgs'::regclass
         AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attname = 'org_id')
         AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = confrelid AND attname = 'org_id')
         AND NOT EXISTS (SELECT FROM unnest(conkey) k JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k WHERE a.attname = 'org_id')
         AND NOT EXISTS (SELECT FROM pg_constraint g WHERE g.contype = 'f' AND g.conrelid = f.conrelid AND g.confrelid = f.confrelid AND cardinality(g.conkey) > cardinality(f.conkey))`,
    );
    expect(loose).toEqual([]);
  });
});
