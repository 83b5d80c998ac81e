import type { FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '@countersign/guards';
import type { Configuration } from '../../platform/config/index.js';
import { Log } from '../../platform/logging/index.js';
import type { ReportsService } from '../reports/index.js';
import { McpEndpoint } from './mcp-endpoint.js';
import { McpErrors } from './mcp-errors.js';

const WHO = { caller: { clientId: 'sp_1', scopes: new Set(['generate:reports']) } as unknown as Caller, origin: { requestId: 'req_1' } };
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const lines: Record<string, unknown>[] = [];
const log = new Log(
  pino({ level: 'info', formatters: { level: (level) => ({ level }) } }, { write: (line) => void lines.push(JSON.parse(line)) }),
);
const errors = new McpErrors({ settings: { PUBLIC_URL: 'https://auth.example' } } as unknown as Configuration, log);

function answer(body: unknown, reports: object = {}): Promise<Response> {
  const unused = {} as never;
  const endpoint = new McpEndpoint(unused, unused, unused, unused, reports as ReportsService, errors);
  return endpoint.answer({ method: 'POST', headers: HEADERS, body } as FastifyRequest, WHO, new AbortController().signal);
}

describe('what the log says of an MCP request', () => {
  beforeEach(() => void (lines.length = 0));

  it('a tool whose answer is not what it declares: the agent learns where the log has it, the log what is wrong', async () => {
    const call = { name: 'generate_report', arguments: { kind: 'financial', from: '2026-11-01' } };
    const response = await answer(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call },
      { generate: () => Promise.resolve({ id: 'rep_1', kind: 'a secret of the customer' }) },
    );
    const told = await response.text();
    expect(told).toContain('request_id: req_1');
    expect(told).not.toMatch(/schema|validation/i);
    expect(lines).toMatchObject([
      { level: 'error', msg: 'request.failed', request_id: 'req_1', operation: 'generate_report', status: 500 },
    ]);
    expect(JSON.stringify(lines)).toContain('output schema does not allow at /kind');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('a fault inside the SDK: what failed, and the request that was answered with 500', async () => {
    let reads = 0;
    const body = {
      get method() {
        if (++reads === 1) throw new TypeError('planted');
        return 'ping';
      },
    };
    expect((await answer(body)).status).toBe(500);
    expect(lines).toMatchObject([
      { level: 'error', msg: 'mcp.failed', error: { message: 'planted' } },
      { level: 'error', msg: 'request.failed', request_id: 'req_1', status: 500 },
    ]);
  });

  it.each([
    ['what is no JSON-RPC', {}],
    ['a method that is no text', { jsonrpc: '2.0', id: 1, method: { toString: 1 } }],
    [
      'a version of the future',
      { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2999-01-01' } } },
    ],
    ['a claim of nothing', { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { 'io.modelcontextprotocol/protocolVersion': 7 } } }],
    ['a method that is unknown', { jsonrpc: '2.0', id: 1, method: 'nothing' }],
  ])('%s is the mistake of the client, and no error', async (_, body) => {
    expect((await answer(body)).status).toBeLessThan(500);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
