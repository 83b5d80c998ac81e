import type { Clock } from './clock.js';
import { retryAfterSeconds } from './retry-after.js';
import { TokenRequestFailed } from './token-request-failed.js';

const MAX_BYTES = 256 * 1024;
const MAX_TEXT_LENGTH = 500;

export interface IssuerConnection {
  fetch: typeof fetch;
  timeoutMs: number;
  clock: Clock;
  /** The one status that is a success. Default: 200. */
  success?: number;
  /** Hears of the headers of every answer. */
  onHeaders?: (headers: Headers) => void;
}

/**
 * A request to the issuer: no redirect, bounded in time and size.
 * @returns the JSON object of a success.
 * @throws TokenRequestFailed for anything else.
 */
export async function askIssuer(url: string, init: RequestInit, connection: IssuerConnection): Promise<Record<string, unknown>> {
  const { response, text } = await exchange(url, init, connection);
  const body = jsonObject(text);
  if (response.status === (connection.success ?? 200) && body) return body;
  throw refusal(url, response, body, connection.clock.epochMs());
}

async function exchange(
  url: string,
  init: RequestInit,
  { fetch, timeoutMs, onHeaders }: IssuerConnection,
): Promise<{ response: Response; text: string }> {
  try {
    // 'manual' and not 'error': the status is told, and some runtimes know no other.
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    onHeaders?.(response.headers);
    return { response, text: await readText(response) };
  } catch (error) {
    // Not as `cause`: what some fetch implementations throw holds the request with its credentials.
    throw new TokenRequestFailed(`${url} could not be asked: ${reasonOf(error)}`);
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, whatever Content-Length said.
    if (size > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** No error of JSON.parse leaves: it quotes the text, which may hold a token. */
function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function refusal(url: string, response: Response, body: Record<string, unknown> | undefined, nowMs: number): TokenRequestFailed {
  const { status, headers } = response;
  // RFC 6749 §5.2 at the token endpoint, RFC 9457 elsewhere.
  const [code, description] = [printable(body?.['error'] ?? body?.['code']), printable(body?.['error_description'] ?? body?.['detail'])];
  const said = response.ok ? 'something that is no JSON object' : [code, description].filter(Boolean).join(': ');
  return new TokenRequestFailed(`${url} answered ${[status, said].filter(Boolean).join(' ')}`, {
    status,
    code,
    description,
    requestId: printable(headers.get('x-request-id')),
    retryAfterSeconds: retryAfterSeconds(headers, nowMs),
  });
}

/** Text for logs: one line of printable ASCII, cut short. */
function printable(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.slice(0, MAX_TEXT_LENGTH).replace(/[^\x20-\x7E]/g, '?');
}

/** Node's fetch says "fetch failed" and hides the reason one or two causes deep. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  const codes = [error, error.cause].map((thrown) => (thrown as { code?: unknown } | undefined)?.code);
  const code = codes.find((value): value is string => typeof value === 'string');
  return code === undefined ? error.message : `${error.message} (${code})`;
}
