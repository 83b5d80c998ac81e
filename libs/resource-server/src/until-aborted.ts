/**
 * `fetch` that is sure to end with its signal. Node's own does not see to that: it holds the link from signal to answer weakly, and
 * after a garbage collection an abort, or a time limit, reaches nobody.
 */
export function fetchUntilAborted(ask: typeof fetch, url: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
  const { signal } = init;
  const answer = ask(url, init);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
      // What comes too late is let go.
      answer.then((response) => response.body?.cancel()).catch(() => undefined);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A body that ends with the signal, for the same reason. */
export async function* untilAborted(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    // Whoever stops reading, for whatever reason, leaves no connection open.
    cancel();
  }
}
