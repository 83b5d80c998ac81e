import type { AccessToken } from './access-token.js';
import { hasBearerChallenge } from './bearer-challenge.js';

/** One call of an API, as `fetch` takes it. */
export interface ApiCall {
  readonly input: string | URL | Request;
  readonly init: RequestInit;
}

/** Where the tokens of the API come from. */
export interface TokenSource {
  get(): Promise<AccessToken>;
  replace(refused: string): Promise<AccessToken | undefined>;
  drop(refused: string): void;
}

/**
 * Calls an API with a token; after a 401 once more with a new one.
 * @returns the answer of the API, whatever it is; a 401 when no other token could be had or the body cannot be sent twice.
 */
export async function authorizedFetch(call: ApiCall, tokens: TokenSource, fetch: typeof globalThis.fetch): Promise<Response> {
  const send = ({ accessToken }: AccessToken): Promise<Response> => fetch(call.input, withToken(call, accessToken));
  const signal = call.init.signal ?? (isRequest(call.input) ? call.input.signal : undefined);
  const token = await untilAborted(() => tokens.get(), signal);
  const answer = await send(token);
  if (!isRefusal(answer, urlOf(call))) return answer;
  if (!canBeSentAgain(call)) {
    tokens.drop(token.accessToken);
    return answer;
  }
  const other = await untilAborted(() => tokens.replace(token.accessToken), signal);
  if (other === undefined) return answer;
  await answer.body?.cancel();
  return send(other);
}

export function urlOf({ input }: ApiCall): URL {
  return new URL(isRequest(input) ? input.url : input);
}

function isRequest(input: ApiCall['input']): input is Request {
  return typeof input === 'object' && 'url' in input;
}

function withToken({ input, init }: ApiCall, accessToken: string): RequestInit {
  const headers = new Headers(init.headers ?? (isRequest(input) ? input.headers : undefined));
  headers.set('authorization', `Bearer ${accessToken}`);
  return { ...init, headers };
}

/** RFC 6750 §3.1: a 401 is about the token, a 403 is not. */
function isRefusal(answer: Response, asked: URL): boolean {
  if (answer.status !== 401 || !hasBearerChallenge(answer.headers)) return false;
  // Fetch standard, HTTP-redirect fetch: another origin did not get the token, so it did not refuse it.
  return answer.url === '' || new URL(answer.url).origin === asked.origin;
}

/** A stream is gone once it was sent. */
function canBeSentAgain({ input, init }: ApiCall): boolean {
  const { body } = init;
  if (body === undefined || body === null) return !isRequest(input) || input.body === null;
  return (
    typeof body === 'string' ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}

/** Who gives up does not wait for the token; the request goes on for the others. */
async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work();
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
