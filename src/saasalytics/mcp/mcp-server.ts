import { McpServer, ProtocolError, ProtocolErrorCode, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { CallToolResult, ReadResourceResult, ServerOptions } from '@modelcontextprotocol/server';
import { holdsScopes } from '@countersign/resource-server';
import { httpProblem } from '../../platform/http/index.js';
import type { McpCall } from './mcp-call.js';
import { textOf, type McpErrors } from './mcp-errors.js';
import { PROMPTS } from './prompts/index.js';
import { isTemplate, RESOURCES, type McpResource } from './resources/index.js';
import { TOOLS, type McpTool } from './tools/index.js';

const NAME = { name: 'saasalytics', title: 'Saasalytics', version: '1.0.0' };
const HINT = { ttlMs: 300_000, cacheScope: 'private' } as const;

const OPTIONS: ServerOptions = {
  // Nothing changes while a process runs, so nothing is announced.
  capabilities: { tools: { listChanged: false }, resources: { listChanged: false }, prompts: { listChanged: false } },
  instructions:
    'Figures of one organization: customers, what they do and what they pay. Everything belongs to the organization of the access token; there is no way to name another. ' +
    'Read saasalytics://metrics before you explain figures. Amounts are in hundredths of the currency that the answer names. ' +
    'A tool that answers 403 insufficient_scope names the scope that the person has not allowed yet.',
  cacheHints: { 'tools/list': HINT, 'prompts/list': HINT, 'resources/list': HINT, 'resources/templates/list': HINT },
  // The default one is made anew for every server, and nobody is asked anything here.
  jsonSchemaValidator: {
    getValidator: () => {
      throw new Error('This server elicits nothing.');
    },
  },
};

/** A server for one request, as the SDK wants it: it knows whose request it is, and forgets it with the request. */
export function serverFor(call: McpCall, errors: McpErrors): McpServer {
  const server = new McpServer(NAME, OPTIONS);
  for (const tool of TOOLS) addTool(server, tool, call, errors);
  for (const resource of RESOURCES) addResource(server, resource, call, errors);
  for (const { name, title, description, args, text } of PROMPTS)
    server.registerPrompt(name, { title, description, argsSchema: args }, (given) => ({
      description,
      messages: [{ role: 'user', content: { type: 'text', text: text(given) } }],
    }));
  return server;
}

function addTool(server: McpServer, tool: McpTool, call: McpCall, errors: McpErrors): void {
  const { name, title, description, annotations, input, output, scopes } = tool;
  const _meta = { 'io.countersign/scopes': scopes };
  server.registerTool(
    name,
    { title, description, annotations, inputSchema: input, outputSchema: output, _meta },
    async (given): Promise<CallToolResult> => {
      try {
        requireHeld(call, scopes);
        const result = await answerOf(tool, given, call);
        return { structuredContent: result, content: [{ type: 'text', text: JSON.stringify(result) }] };
      } catch (error) {
        return { isError: true, content: [{ type: 'text', text: textOf(errors.problemOf(error, name, call.origin.requestId)) }] };
      }
    },
  );
}

/** Checked here and not by the SDK alone: to it a mistake of ours is one more refusal, told to the agent and to nobody else. */
async function answerOf(tool: McpTool, given: unknown, call: McpCall): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = { ...(await tool.run(given, call)) };
  const { issues = [] } = await tool.output['~standard'].validate(result);
  const [first] = issues;
  if (first) throw new Error(`${tool.name} answers what its output schema does not allow at /${(first.path ?? []).map(String).join('/')}.`);
  return result;
}

function addResource(server: McpServer, resource: McpResource, call: McpCall, errors: McpErrors): void {
  const { name, uri, title, description, mimeType } = resource;
  const read = async (address: URL, id: string): Promise<ReadResourceResult> => {
    try {
      requireHeld(call, resource.scopes);
      return { contents: [{ uri: address.href, mimeType, text: await resource.read(call, id) }] };
    } catch (error) {
      const problem = errors.problemOf(error, name, call.origin.requestId);
      if (problem.code === 'not_found') throw new ResourceNotFoundError(address.href, problem.detail);
      throw new ProtocolError(ProtocolErrorCode.InternalError, textOf(problem));
    }
  };
  const about = { title, description, mimeType };
  if (isTemplate(resource))
    server.registerResource(name, new ResourceTemplate(uri, { list: undefined }), about, (address, { id }) => read(address, String(id)));
  else server.registerResource(name, uri, about, (address) => read(address, ''));
}

/** The guard has asked already, by the same list. Asked again where it counts, should the two ever read a message differently. */
function requireHeld({ caller }: McpCall, scopes: readonly string[]): void {
  if (!holdsScopes(caller.scopes, scopes)) throw httpProblem('forbidden', `This needs the scopes: ${scopes.join(' ')}`);
}
