import type { ApiBodyOptions, ApiResponseOptions } from '@nestjs/swagger';

const MESSAGE = {
  type: 'object' as const,
  required: ['jsonrpc'],
  properties: {
    jsonrpc: { type: 'string' as const, enum: ['2.0'] },
    id: { type: ['string', 'integer'] as unknown as 'string', description: 'Of a request; a notification has none.' },
    method: { type: 'string' as const, description: 'Such as tools/list, tools/call, resources/read, prompts/get.' },
    params: { type: 'object' as const, additionalProperties: true },
    result: { type: 'object' as const, additionalProperties: true },
    error: { type: 'object' as const, additionalProperties: true },
  },
};

export const MCP_REQUEST: ApiBodyOptions = {
  description: 'One JSON-RPC message.',
  schema: {
    ...MESSAGE,
    example: {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'query_metrics', arguments: { metric: 'revenue', interval: 'week' } },
    },
  },
};

const RESULT = {
  jsonrpc: '2.0',
  id: 1,
  result: {
    content: [{ type: 'text', text: '{"metric":"revenue","unit":"cents"}' }],
    structuredContent: { metric: 'revenue', unit: 'cents' },
  },
};

export const MCP_RESPONSE: ApiResponseOptions = {
  description: 'The answer, as JSON or as a stream of one event; 202 without a body to a notification.',
  content: {
    'application/json': { schema: MESSAGE, example: RESULT },
    'text/event-stream': { schema: { type: 'string' }, example: `event: message\ndata: ${JSON.stringify(RESULT)}\n\n` },
  },
};
