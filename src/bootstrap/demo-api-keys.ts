import { Injectable } from '@nestjs/common';
import type { DemoDocument, DemoOrgEntry } from './demo-file.js';
import type { ManagementClient } from './management-client.js';

const NAME = 'Nightly export';
const SCOPES = ['read:analytics-data', 'read:reports'];

/** A key of each demo organization for scripts that speak no OAuth. */
@Injectable()
export class DemoApiKeys {
  areReady({ orgs }: DemoDocument): boolean {
    return orgs.every(({ api_keys: keys }) => keys !== undefined && keys.length > 0);
  }

  async load(api: ManagementClient, document: DemoDocument, save: (document: DemoDocument) => void): Promise<void> {
    for (const org of document.orgs) {
      if (org.api_keys?.length) continue;
      org.api_keys = [await this.make(api, org, `${document.public_url}/analytics`)];
      save(document);
    }
  }

  private async make(api: ManagementClient, { id }: DemoOrgEntry, audience: string): Promise<{ id: string; key: string; scope: string }> {
    const keys = `/v1/orgs/${id}/api-keys`;
    await api.removeLeftOver(keys, (found) => found['name'] === NAME && found['status'] === 'active');
    const made = await api.post(keys, { name: NAME, audience, scopes: SCOPES });
    return { id: made.id, key: String(made['key']), scope: SCOPES.join(' ') };
  }
}
