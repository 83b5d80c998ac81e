import { Injectable } from '@nestjs/common';
import type { DemoDocument, DemoOrgEntry } from './demo-file.js';
import type { ManagementClient } from './management-client.js';

const NAME = 'Unattended agent';
const SCOPES = ['read:analytics-data', 'read:account', 'generate:reports', 'read:reports'];

/** In each demo organization a program of its own for the MCP server: what an agent that runs without a person uses. */
@Injectable()
export class DemoAgents {
  areReady({ public_url: url, orgs }: DemoDocument): boolean {
    return orgs.every((org) => hasAgent(org, `${url}/mcp`));
  }

  async load(api: ManagementClient, document: DemoDocument, save: (document: DemoDocument) => void): Promise<void> {
    const audience = `${document.public_url}/mcp`;
    for (const org of document.orgs) {
      if (hasAgent(org, audience)) continue;
      const principals = `/v1/orgs/${org.id}/service-principals`;
      await api.removeLeftOver(principals, (found) => found['name'] === NAME);
      const made = await api.post(principals, { name: NAME, grants: [{ audience, scopes: SCOPES }] });
      org.service_principals.push({
        name: NAME,
        client_id: String(made['client_id']),
        client_secret: String(made['client_secret']),
        audience,
        scope: SCOPES.join(' '),
      });
      save(document);
    }
  }
}

function hasAgent({ service_principals: principals }: DemoOrgEntry, audience: string): boolean {
  return principals.some((principal) => principal.audience === audience);
}
