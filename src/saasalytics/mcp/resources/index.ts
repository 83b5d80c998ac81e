import { UriTemplate } from '@modelcontextprotocol/server';
import { Registry } from '@countersign/oauth';
import { account } from './account.resource.js';
import { metricsReference } from './metrics-reference.resource.js';
import { report } from './report.resource.js';
import type { McpResource } from './resource.js';

export type { McpResource } from './resource.js';

export const RESOURCES = new Registry<McpResource>('MCP resource', [metricsReference, account, report]);

const TEMPLATES: readonly [McpResource, UriTemplate][] = [...RESOURCES]
  .filter(isTemplate)
  .map((resource) => [resource, new UriTemplate(resource.uri)]);

export function isTemplate({ uri }: McpResource): boolean {
  return uri.endsWith('{id}');
}

/** The resource at an address, found as the SDK finds it: the guard must judge what is read, not something like it. */
export function resourceAt(uri: unknown): McpResource | undefined {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return undefined;
  const { href } = new URL(uri);
  return [...RESOURCES].find((resource) => resource.uri === href) ?? TEMPLATES.find(([, template]) => template.match(href))?.[0];
}
