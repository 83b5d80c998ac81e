import type { AccessToken } from './access-token.js';
import { hasChallenge, proofErrorIn } from './challenges.js';
import type { DpopProofs, MadeProof } from './dpop/dpop-proofs.js';

/** One call of an API, as `fetch` takes it. */
export interface ApiCall {
  readonly input: string | URL | Request;
  readonly init: RequestInit;
  /** Identifier of the API, where the caller knows it. */
  readonly audience?: string | undefined;
}

/** Where the tokens of the API come from. */
export interface TokenSource {
  get(): Promise<AccessToken>;
  replace(refused: string): Promise<AccessToken | undefined>;
  drop(refused: string): void;
}

/**
 * Calls an API with a token; after a 401 once more with a new one.
 * @param dpop what bound tokens are sent with
 * @returns the answer of the API, whatever it is; a 401 when no other token could be had or the body cannot be sent twice.
 */
export async function authorizedFetch(
  call: ApiCall,
  tokens: TokenSource,
  fetch: typeof globalThis.fetch,
  dpop?: DpopProofs,
): Promise<Response> {
  const send = (token: AccessToken): Promise<Response> =>
    dpop ? sendWithProof(call, token, fetch, dpop) : fetch(call.input, withToken(call, token));
  const signal = call.init.signal ?? (isRequest(call.input) ? call.input.signal : undefined);
  const token = await untilAborted(() => tokens.get(), signal);
  const answer = await send(token);
  if (!isRefusal(answer, urlOf(call), token)) return answer;
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

/** T22: once more, and no more, where the API gives a nonce that the proof did not hold (RFC 9449 §9). */
async function sendWithProof(call: ApiCall, token: AccessToken, fetch: typeof globalThis.fetch, dpop: DpopProofs): Promise<Response> {
  const url = urlOf(call);
  const target = { method: methodOf(call), url, accessToken: token.accessToken, audience: call.audience };
  const send = async ({ proof, nonce }: MadeProof): Promise<{ answer: Response; other: string | undefined }> => {
    const answer = await fetch(call.input, withToken(call, token, proof));
    return { answer, other: isFrom(url, answer) ? dpop.note(target, nonce, answer.headers) : undefined };
  };
  const { answer, other } = await send(await dpop.make(target));
  if (answer.status !== 401 || other === undefined || proofErrorIn(answer.headers) === undefined || !canBeSentAgain(call)) return answer;
  await answer.body?.cancel();
  return (await send(await dpop.make(target, other))).answer;
}

function withToken({ input, init }: ApiCall, { accessToken, tokenType }: AccessToken, proof?: string): RequestInit {
  const headers = new Headers(init.headers ?? (isRequest(input) ? input.headers : undefined));
  headers.set('authorization', `${tokenType} ${accessToken}`);
  if (proof !== undefined) headers.set('dpop', proof);
  return { ...init, headers };
}

/** As fetch will spell it: the Fetch standard puts these into capitals, and no others. */
function methodOf({ input, init }: ApiCall): string {
  const method = init.method ?? (isRequest(input) ? input.method : 'GET');
  return /^(?:delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method;
}

/** RFC 6750 §3.1: a 401 is about the token, a 403 is not; nor is one about the proof (RFC 9449 §7.1). */
function isRefusal(answer: Response, asked: URL, { tokenType }: AccessToken): boolean {
  if (answer.status !== 401 || !hasChallenge(answer.headers, tokenType) || proofErrorIn(answer.headers) !== undefined) return false;
  return isFrom(asked, answer);
}

// Fetch standard, HTTP-redirect fetch: another origin did not get the token, so it did not refuse it.
function isFrom(asked: URL, answer: Response): boolean {
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
