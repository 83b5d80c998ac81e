import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { formatBasicCredentials } from '@countersign/oauth';
import { DEMO_PROFILES, SAASALYTICS_SCOPES, SaasalyticsDemo } from '../saasalytics/index.js';
import { DemoAgents } from './demo-agents.js';
import { DemoApps } from './demo-apps.js';
import { DemoApiKeys } from './demo-api-keys.js';
import type { DemoDocument, DemoOrgEntry } from './demo-file.js';
import { DemoServices } from './demo-services.js';
import { DemoUsers } from './demo-users.js';
import { ManagementClient } from './management-client.js';

const ORGS = [
  { name: 'Northwind Traders', externalId: 'demo-northwind' },
  { name: 'Fabrikam Health', externalId: 'demo-fabrikam' },
] as const;

const READING = ['read:analytics-data', 'read:reports', 'read:account'];
const ADMINISTRATION = ['read:orgs', 'read:apis', 'read:service-principals', 'write:service-principals', 'read:audit-events'];

interface DemoPart {
  load(api: ManagementClient, document: DemoDocument, save: (document: DemoDocument) => void): Promise<void>;
}

/** Two organizations with credentials and 90 days of events, made through the management API like anybody's. */
@Injectable()
export class DemoLoader {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly analytics: SaasalyticsDemo,
    private readonly services: DemoServices,
    private readonly users: DemoUsers,
    private readonly apps: DemoApps,
    private readonly keys: DemoApiKeys,
    private readonly agents: DemoAgents,
  ) {}

  async load(document: DemoDocument, save: (document: DemoDocument) => void, progress: (line: string) => void): Promise<void> {
    const missing = ORGS.filter(({ name }) => !document.orgs.some((org) => org.name === name));
    if (missing.length > 0) progress('loading the Saasalytics demo');
    const parts = await this.partsNeeded(document, missing.length > 0);
    if (parts.length > 0) {
      const api = new ManagementClient(this.http.httpAdapter.getInstance<FastifyInstance>(), await this.operatorToken(document));
      for (const org of missing) {
        document.orgs.push(await this.makeOrg(api, org, document.public_url));
        save(document);
      }
      for (const part of parts) await part.load(api, document, save);
    }
    await this.analytics.load(document.orgs.map(({ id, name }, i) => ({ id, name, profile: i % DEMO_PROFILES.length })));
  }

  /** In their order; those of organizations are all needed where one of these is missing. */
  private async partsNeeded(document: DemoDocument, isOrgMissing: boolean): Promise<DemoPart[]> {
    const needed: [DemoPart, boolean][] = [
      [this.users, isOrgMissing || !(await this.users.areReady(document))],
      [this.apps, isOrgMissing || !this.apps.areReady(document)],
      [this.keys, isOrgMissing || !this.keys.areReady(document)],
      [this.agents, isOrgMissing || !this.agents.areReady(document)],
      [this.services, !this.services.areReady(document)],
    ];
    return needed.flatMap(([part, isNeeded]) => (isNeeded ? [part] : []));
  }

  private async operatorToken({ operator }: DemoDocument): Promise<string> {
    const answer = await this.http.httpAdapter.getInstance<FastifyInstance>().inject({
      method: 'POST',
      url: '/oauth/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: formatBasicCredentials({ clientId: operator.client_id, clientSecret: operator.client_secret }),
      },
      payload: 'grant_type=client_credentials',
    });
    if (answer.statusCode !== 200) throw new Error(`The operator of the demo file gets no token: ${answer.body}`);
    return answer.json<{ access_token: string }>().access_token;
  }

  private async makeOrg(api: ManagementClient, { name, externalId }: (typeof ORGS)[number], publicUrl: string): Promise<DemoOrgEntry> {
    await api.removeLeftOver('/v1/orgs', (found) => found['external_id'] === externalId);
    const { id } = await api.post('/v1/orgs', { name, external_id: externalId });
    const analytics = `${publicUrl}/analytics`;
    const principals = [
      { name: 'Data platform', audience: analytics, scopes: SAASALYTICS_SCOPES.map((scope) => scope.name as string) },
      { name: 'BI dashboard', audience: analytics, scopes: READING },
      // Nobody hands out what they do not hold: it may register programs that read.
      {
        name: 'Tenant administration',
        audience: `${publicUrl}/v1`,
        scopes: ADMINISTRATION,
        more: [{ audience: analytics, scopes: READING }],
      },
    ];
    const entries: DemoOrgEntry['service_principals'] = [];
    for (const { name: label, audience, scopes, more = [] } of principals) {
      const made = await api.post(`/v1/orgs/${id}/service-principals`, { name: label, grants: [{ audience, scopes }, ...more] });
      entries.push({
        name: label,
        client_id: String(made['client_id']),
        client_secret: String(made['client_secret']),
        audience,
        scope: scopes.join(' '),
      });
    }
    return { id, name, service_principals: entries };
  }
}
