import type { UsageLine } from './usage-line.js';

/** Of MCP: to connect, and to see what there is. Nobody's data is touched. */
const METHODS: readonly string[] = [
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
];

/** Says nothing about what an app does, and would hide what does: tools, resources and prompts. Nothing that needs a scope can hide behind such a name. */
export function isProtocolChatter({ operation, scopes, result }: UsageLine): boolean {
  return result === 'accepted' && scopes.length === 0 && (METHODS.includes(operation) || operation.startsWith('notifications/'));
}
