import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { formatBasicCredentials } from '@countersign/oauth';
import { DEMO_PROFILES, SAASALYTICS_SCOPES, SaasalyticsDemo } from '../saasalytics/index.js';
import type { DemoDocument, DemoOrgEntry } from './demo-file.js';

const ORGS = [
  { name: 'Northwind Traders', externalId: 'demo-northwind' },
  { name: 'Fabrikam Health', externalId: 'demo-fabrikam' },
] as const;

const READING = ['read:analytics-data', 'read:reports', 'read:account'];
const ADMINISTRATION = ['read:orgs', 'read:apis', 'read:service-principals', 'write:service-principals', 'read:audit-events'];

interface Answer {
  [member: string]: unknown;
  id: string;
}

/** Two organizations with credentials and 90 days of events, made through the management API like anybody's. */
@Injectable()
export class DemoLoader {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly analytics: SaasalyticsDemo,
  ) {}

  async load(document: DemoDocument, save: (document: DemoDocument) => void, progress: (line: string) => void): Promise<void> {
    const missing = ORGS.filter(({ name }) => !document.orgs.some((org) => org.name === name));
    if (missing.length > 0) {
      progress('loading the Saasalytics demo');
      const api = new ManagementClient(this.http.httpAdapter.getInstance<FastifyInstance>(), await this.operatorToken(document));
      for (const org of missing) {
        document.orgs.push(await this.makeOrg(api, org, document.public_url));
        save(document);
      }
    }
    await this.analytics.load(document.orgs.map(({ id, name }, i) => ({ id, name, profile: i % DEMO_PROFILES.length })));
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
    await api.removeLeftOver(externalId);
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

class ManagementClient {
  private readonly headers: Record<string, string>;

  constructor(
    private readonly fastify: FastifyInstance,
    token: string,
  ) {
    this.headers = { authorization: `Bearer ${token}` };
  }

  async post(url: string, payload: object): Promise<Answer> {
    return this.send('POST', url, payload);
  }

  /** A first start that was killed half way leaves an organization whose secrets nobody knows. */
  async removeLeftOver(externalId: string): Promise<void> {
    const { data } = (await this.send('GET', '/v1/orgs?limit=100')) as unknown as { data: { id: string; external_id: string | null }[] };
    for (const org of data) if (org.external_id === externalId) await this.send('DELETE', `/v1/orgs/${org.id}`);
  }

  private async send(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object): Promise<Answer> {
    const answer = await this.fastify.inject({ method, url, headers: this.headers, ...(payload && { payload }) });
    if (answer.statusCode >= 300) throw new Error(`${method} ${url} answered ${answer.statusCode}: ${answer.body}`);
    return answer.body === '' ? { id: '' } : answer.json<Answer>();
  }
}
