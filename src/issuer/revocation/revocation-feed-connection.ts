import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What may wait for a guard that reads slowly: some seconds of the worst that happens. */
const MAX_BACKLOG_BYTES = 2 * 1024 * 1024;
/** For what was said before the end. */
const FAREWELL_MS = 2_000;

/** One open stream of server-sent events (WHATWG HTML §9.2). */
export class RevocationFeedConnection {
  private constructor(private readonly response: ServerResponse) {
    // A guard that went away shows itself by `close`.
    response.on('error', () => undefined);
  }

  static open(request: FastifyRequest, reply: FastifyReply): RevocationFeedConnection {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      // Proxies must neither keep nor collect nor pack what must arrive at once.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    // Fastify answers HEAD where it answers GET, and who asks so waits for nothing more.
    if (request.method === 'HEAD') response.end();
    return new RevocationFeedConnection(response);
  }

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  onClose(listener: () => void): void {
    this.response.once('close', listener);
  }

  /** Answers false for a guard that does not read: it is cut off rather than memory filled, and comes back when it can. */
  send(text: string): boolean {
    if (this.response.writableLength > MAX_BACKLOG_BYTES) {
      this.response.destroy();
      return false;
    }
    this.response.write(text);
    return true;
  }

  /** Also where the other side does not read: what waits for it must not hold a place, nor the process. */
  end(): void {
    this.response.end();
    const timer = setTimeout(() => this.response.destroy(), FAREWELL_MS).unref();
    this.response.once('close', () => clearTimeout(timer));
  }
}
