import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';

const PAYLOAD_TOO_LARGE = 413;
const LINGER_MS = 1_000;
const LINGER_BYTES = 16 * 1024 * 1024;

/**
 * RFC 9112 §9.6: who closes a connection while the client still sends makes its system reset it, and the client loses the answer that
 * says why. So a body that is refused for its size is read to its end first, unless it is endless or slow.
 */
export function addRefusedBodyHook(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (request, reply) => {
    if (reply.statusCode === PAYLOAD_TOO_LARGE && !request.raw.readableEnded) await readToEnd(request.raw);
  });
}

async function readToEnd(body: IncomingMessage): Promise<void> {
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), LINGER_MS);
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) enough.abort();
  });
  // However it ends, the answer is sent.
  await finished(body, { signal: enough.signal, cleanup: true }).catch(() => undefined);
  clearTimeout(timer);
}
