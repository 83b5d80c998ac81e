import { request } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientOf2025 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportOf2025 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { call, type Answer } from '../../support/requests.js';

export interface ToolListed {
  name: string;
  description?: string;
  inputSchema: object;
  outputSchema?: object;
  annotations?: { readOnlyHint?: boolean };
}
export interface ToolResult {
  isError?: boolean;
  content: { type: string; text?: string }[];
  structuredContent?: unknown;
}

/** What both generations of the SDK's client can do. */
export interface McpClient {
  getInstructions(): string | undefined;
  listTools(): Promise<{ tools: ToolListed[] }>;
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<ToolResult>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(resource: { uri: string }): Promise<{ contents: { text?: string }[] }>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(prompt: { name: string; arguments?: Record<string, string> }): Promise<{ messages: { content: { text?: string } }[] }>;
  close(): Promise<void>;
}

const ME = { name: 'a test', version: '1' };
const headersOf = (token: string): { headers: Record<string, string> } => ({ headers: { authorization: `Bearer ${token}` } });

export const GENERATIONS = {
  '2026-07-28 (SDK 2)': async (url: string, token: string): Promise<McpClient> => {
    const client = new Client(ME, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: headersOf(token) }));
    return client as unknown as McpClient;
  },
  '2025 (SDK 1)': async (url: string, token: string): Promise<McpClient> => {
    const client = new ClientOf2025(ME);
    await client.connect(new TransportOf2025(new URL(url), { requestInit: headersOf(token) }) as never);
    return client as unknown as McpClient;
  },
};

/** One message, as a client of 2025 sends it, without a client. */
export function message(url: string, token: string | undefined, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return call('POST', url, token, body, { accept: 'application/json, text/event-stream', ...headers });
}

export function toolCall(name: string, args: unknown = {}): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
}

/** The status for a page of a name that an attacker has made to resolve to the server (DNS rebinding). */
export function statusForReboundPage(url: string, token: string, body: object): Promise<number | undefined> {
  const headers = {
    host: 'attacker.example',
    origin: 'http://attacker.example',
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject).end(JSON.stringify(body));
  });
}
