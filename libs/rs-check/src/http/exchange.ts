import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Answer } from './answer.js';

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  /** Sent line by line as they are: two lines of one name stay two. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | undefined;
}

const TIMEOUT_MS = 10_000;
const MAX_TEXT_BYTES = 64 * 1024;

/** One request on a connection of its own, with its headers as given; redirects are answers like any other. Never rejects. */
export function exchange(outgoing: OutgoingRequest, timeoutMs = TIMEOUT_MS): Promise<Answer> {
  const started = performance.now();
  const answerOf = (fields: Partial<Answer>): Answer => ({
    status: 0,
    headers: {},
    text: '',
    ...fields,
    durationMs: Math.round(performance.now() - started),
  });
  return new Promise((resolve) => {
    const fail = (failure: NonNullable<Answer['failure']>, reason?: string): void =>
      resolve(answerOf({ failure, ...(reason !== undefined && { reason }) }));
    const sent = send(outgoing, (response) => {
      readText(response, (text) => resolve(answerOf({ status: response.statusCode ?? 0, headers: linesOf(response), text })));
    });
    const timer = setTimeout(() => {
      fail('timeout');
      sent.destroy();
    }, timeoutMs);
    sent.once('close', () => clearTimeout(timer));
    sent.once('error', (error: NodeJS.ErrnoException) => fail(isClosed(error) ? 'closed' : 'unreachable', error.code));
    sent.end(outgoing.body);
  });
}

function send(outgoing: OutgoingRequest, onResponse: (response: IncomingMessage) => void): ReturnType<typeof httpRequest> {
  const url = new URL(outgoing.url);
  const lines: (readonly [string, string])[] = [['Host', url.host], ...outgoing.headers, ['Connection', 'close']];
  if (outgoing.body !== undefined) lines.push(['Content-Length', String(Buffer.byteLength(outgoing.body))]);
  // `agent: false`: an API that breaks a connection must not spoil the next request.
  const options: RequestOptions = { agent: false, method: outgoing.method, headers: lines.flat() };
  return url.protocol === 'https:' ? httpsRequest(url, options, onResponse) : httpRequest(url, options, onResponse);
}

/** A server may stop reading and close while it answers: what has arrived counts. */
function readText(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    if (bytes < MAX_TEXT_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  response.once('close', () => done(Buffer.concat(chunks).subarray(0, MAX_TEXT_BYTES).toString()));
  response.once('error', () => undefined);
}

function linesOf({ headersDistinct }: IncomingMessage): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []]));
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'HPE_INVALID_CONSTANT';
}
