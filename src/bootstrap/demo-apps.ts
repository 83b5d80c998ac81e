import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/index.js';
import type { DemoApp, DemoDocument } from './demo-file.js';
import type { ManagementClient } from './management-client.js';

/** The loopback address without a fixed port: RFC 8252 §7.3 lets the program listen on any. */
const APP = {
  name: 'Pulse',
  kind: 'app',
  publisher: 'Pulse Labs',
  client_type: 'confidential',
  redirect_uris: ['http://127.0.0.1:4100/callback'],
  post_logout_redirect_uris: ['http://127.0.0.1:4100/'],
} as const;
const SCOPES = ['read:analytics-data', 'read:account'];
/** Beside them it may sign people in. */
const IDENTITY = ['openid', 'profile', 'email'];

/** An approved app of somebody else that the people of the demo can use, registered through the management API like anybody's. */
@Injectable()
export class DemoApps {
  constructor(private readonly configuration: Configuration) {}

  areReady({ apps = [] }: DemoDocument): boolean {
    return apps.length > 0;
  }

  /** The file names the app when all of it is done: a start that was killed before begins anew. */
  async load(api: ManagementClient, document: DemoDocument, save: (document: DemoDocument) => void): Promise<void> {
    await api.removeLeftOver('/v1/apps', (found) => found['name'] === APP.name && found['publisher'] === APP.publisher);
    const grants = [
      { audience: `${document.public_url}/analytics`, scopes: SCOPES },
      { audience: `${document.public_url}/oauth/userinfo`, scopes: IDENTITY },
    ];
    const made = await api.post('/v1/apps', { ...APP, grants });
    const submitted = await api.post(`/v1/apps/${made.id}/submit`, {});
    await api.post(`/v1/apps/${made.id}/approve`, { updated_at: submitted['updated_at'] });
    for (const { id } of document.orgs) await this.admit(api, id, made.id);
    const entry: DemoApp = {
      client_id: made.id,
      client_secret: String(made['client_secret']),
      redirect_uris: [...APP.redirect_uris],
      scope: SCOPES.join(' '),
    };
    save(Object.assign(document, { apps: [entry] }));
  }

  private async admit(api: ManagementClient, orgId: string, appId: string): Promise<void> {
    const policy = `/v1/orgs/${orgId}/app-policy`;
    const admitted = (await api.get(policy))['app_ids'] as string[];
    // An MCP client that describes itself works at once: whoever tries the demo has no administrator at hand who would list it.
    const isOpen = this.configuration.settings.CLIENT_ID_METADATA_DOCUMENTS === 'open';
    await api.patch(policy, { app_ids: [...admitted, appId], ...(isOpen && { mode: 'all' }) });
  }
}
