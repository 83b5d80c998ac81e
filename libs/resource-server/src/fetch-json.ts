import { fetchUntilAborted, untilAborted } from './until-aborted.js';

export interface FetchJsonOptions {
  fetch: typeof fetch;
  timeoutMs: number;
  maxBytes: number;
}

/** GET of a small JSON document from a configured place: no redirect, no cookie, bounded in time and size. */
export async function fetchJson(url: string, { fetch, timeoutMs, maxBytes }: FetchJsonOptions): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  const init = { redirect: 'error', headers: { accept: 'application/json' }, credentials: 'omit', signal } as const;
  const response = await fetchUntilAborted(fetch, url, init);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}.`);
  }
  return JSON.parse(response.body ? await readText(untilAborted(response.body, signal), maxBytes) : '') as unknown;
}

/** All of a body, if that is no more than `maxBytes`. */
export async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, whatever Content-Length said.
    if (size > maxBytes) throw new Error(`The document is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
