import { call, tokenOf } from './requests.js';
import type { TestServer } from './countersign.js';

export interface OrgMade {
  id: string;
  name: string;
}

export interface PrincipalMade {
  id: string;
  client_id: string;
  client_secret: string;
  secrets: { id: string; hint: string; expires_at: string | null }[];
}

/** The operator, as a caller of the management API. */
export class Operator {
  private constructor(
    readonly server: TestServer,
    readonly token: string,
  ) {}

  static async of(server: TestServer): Promise<Operator> {
    return new Operator(server, await tokenOf(server.url, server.demo.operator));
  }

  async anOrg(fields: Record<string, unknown> = {}): Promise<OrgMade> {
    return this.create('/v1/orgs', { name: 'An organization', ...fields });
  }

  /** A service principal with every analytics scope unless `grants` says otherwise. */
  async aServicePrincipal(orgId: string, fields: Record<string, unknown> = {}): Promise<PrincipalMade> {
    const grants = [{ audience: `${this.server.url}/analytics`, scopes: ['read:analytics-data'] }];
    return this.create(`/v1/orgs/${orgId}/service-principals`, { name: 'A principal', grants, ...fields });
  }

  async anApi(fields: Record<string, unknown> = {}): Promise<{ id: string; identifier: string }> {
    const scopes = [{ name: 'read:things', description: 'Read things.', risk: 'low', assignable_by: 'org_admin', delegable: true }];
    return this.create('/v1/apis', {
      identifier: `https://api-${Math.random().toString(36).slice(2)}.example.com`,
      name: 'An API',
      zone: 'external',
      sender_constraint: 'none',
      scopes,
      ...fields,
    });
  }

  async aMicroservice(fields: { name: string } & Record<string, unknown>): Promise<{ id: string }> {
    return this.create('/v1/microservices', { auth_method: 'tls_client_auth', ...fields });
  }

  /** For tests that look at all services and find none but their own. */
  async removeDemoServices(): Promise<void> {
    const { url, demo } = this.server;
    for (const { client_id } of demo.microservices ?? []) await call('DELETE', `${url}/v1/microservices/${client_id}`, this.token);
    const { data } = (await call<{ data: { id: string; served_by: string[] }[] }>('GET', `${url}/v1/apis?limit=100`, this.token)).body;
    for (const { id, served_by } of data)
      if (served_by.length > 0) await call('PATCH', `${url}/v1/apis/${id}`, this.token, { served_by: [] });
  }

  async create<T>(path: string, body: unknown): Promise<T> {
    const answer = await call<T>('POST', this.server.url + path, this.token, body);
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
}
