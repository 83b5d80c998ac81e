import type { GuardedRequest, RouteOperation } from '@countersign/guards';
import { RESOURCES, resourceAt } from './resources/index.js';
import { TOOLS } from './tools/index.js';

/** What an agent that has nothing yet is advised to ask for: enough to look around. The rest is asked for when a tool needs it. */
const TO_BEGIN_WITH = ['read:analytics-data'];

const METHODS = [
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'notifications/initialized',
  'notifications/cancelled',
];

/** What needs no scope but a token for this server: to connect, and to see what there is. Only a text is found: what a stranger sends has no `toString`. */
const FREE: ReadonlyMap<unknown, RouteOperation> = new Map(METHODS.map((method) => [method, free(method)]));
const OTHER = free('other');

const READS: ReadonlyMap<string, RouteOperation> = new Map(
  [...RESOURCES].map(({ name, scopes }) => [
    name,
    scopes.length > 0 ? { name: `resources/read ${name}`, scopes } : free(`resources/read ${name}`),
  ]),
);

/** Everything that usage figures may name: tools by their names, the rest by method. */
export const MCP_OPERATIONS: readonly RouteOperation[] = [...TOOLS, ...READS.values(), ...FREE.values(), OTHER];

type Named = (params: Readonly<Record<string, unknown>>) => RouteOperation | undefined;
const NAMED: ReadonlyMap<unknown, Named> = new Map<unknown, Named>([
  ['tools/call', ({ name }) => (typeof name === 'string' ? TOOLS.find(name) : undefined)],
  ['resources/read', ({ uri }) => READS.get(resourceAt(uri)?.name ?? '')],
]);

/** Judges the very object that the SDK is given. A batch or something unreadable is nothing that needs a scope; it is refused later. */
export function operationOf({ body }: GuardedRequest): RouteOperation {
  if (!isRecord(body)) return OTHER;
  const { method, params } = body;
  const named = NAMED.get(method)?.(isRecord(params) ? params : {});
  return named ?? FREE.get(method) ?? OTHER;
}

function free(name: string): RouteOperation {
  return { name, scopes: [], suggestedScopes: TO_BEGIN_WITH };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
