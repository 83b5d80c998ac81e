import { Readable } from 'node:stream';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { httpProblem } from './problem.js';

const MAX_BYTES = 1024 * 1024;
const bodies = new WeakMap<FastifyRequest, Buffer>();

/** For routes whose body is signed as it was sent: `rawBodyOf` gives its bytes. */
export function KeepsRawBody(): MethodDecorator {
  return RouteConfig({ keepsRawBody: true });
}

/** Keeps the bytes of bodies for routes that say so, and for no others. */
export function addRawBodyHook(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', async (request, _reply, payload) => {
    const { keepsRawBody } = request.routeOptions.config as { keepsRawBody?: boolean };
    if (keepsRawBody !== true) return payload;
    const body = await readAll(payload as AsyncIterable<Buffer>);
    bodies.set(request, body);
    return Readable.from([body]);
  });
}

export function rawBodyOf(request: FastifyRequest): Buffer {
  const body = bodies.get(request);
  if (!body) throw new Error('The route does not keep its body: add @KeepsRawBody().');
  return body;
}

async function readAll(payload: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload) {
    size += chunk.length;
    if (size > MAX_BYTES) throw httpProblem('payload_too_large', 'The body is larger than 1 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
