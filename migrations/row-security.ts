/**
 * Forces row-level security on a table whose `org_id` names its organization: the tenant role sees the rows of
 * `app.org_id` and, without it, nothing; the platform role sees what it is granted, through a policy of its own.
 */
export function forceRowSecurity(table: string, options: { tenant: string; platform?: string; orgColumn?: string }): string[] {
  const org = options.orgColumn ?? 'org_id';
  const statements = [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY tenant_rows ON ${table} TO countersign_tenant USING (${org} = current_org()) WITH CHECK (${org} = current_org())`,
    `GRANT ${options.tenant} ON ${table} TO countersign_tenant`,
  ];
  if (!options.platform) return statements;
  return [
    ...statements,
    `CREATE POLICY platform_rows ON ${table} TO countersign_platform USING (true) WITH CHECK (true)`,
    `GRANT ${options.platform} ON ${table} TO countersign_platform`,
  ];
}
