import { describe, expect, it, vi } from 'vitest';
import { fetchJson } from './fetch-json.js';
import { fetchUntilAborted, untilAborted } from './until-aborted.js';

/** A body that drips for ever, of a fetch that has forgotten its signal. */
function drip(): { body: ReadableStream<Uint8Array>; isCancelled: () => boolean } {
  let timer: NodeJS.Timeout | undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (timer = setInterval(() => controller.enqueue(new Uint8Array([32])), 5)),
    cancel: () => {
      clearInterval(timer);
      cancelled = true;
    },
  });
  return { body, isCancelled: () => cancelled };
}

describe('a body that does not end by itself', () => {
  // Seen failing with the body read without untilAborted: it went on for ever.
  it('ends with the signal, and its connection is let go', async () => {
    const { body, isCancelled } = drip();
    const reading = async () => {
      for await (const _ of untilAborted(body, AbortSignal.timeout(50)));
    };
    await expect(reading()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(isCancelled()).toBe(true);
  });

  // Seen failing with the signal asked only between two pieces.
  it('ends with the signal also while nothing comes', async () => {
    const reading = async () => {
      for await (const _ of untilAborted(new ReadableStream<Uint8Array>(), AbortSignal.timeout(50)));
    };
    await expect(reading()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is let go when the reader has had enough', async () => {
    const { body, isCancelled } = drip();
    for await (const _ of untilAborted(body, new AbortController().signal)) break;
    expect(isCancelled()).toBe(true);
  });

  // Seen failing with the bare fetch.
  it('nor does an answer that never comes', async () => {
    const fetch = () => new Promise<Response>(() => {});
    await expect(fetchJson('https://x.example', { fetch, timeoutMs: 50, maxBytes: 1000 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('an answer that comes too late is let go', async () => {
    const { body, isCancelled } = drip();
    const late = () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response(body)), 100));
    await expect(fetchUntilAborted(late, 'https://x.example', { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    await vi.waitFor(() => expect(isCancelled()).toBe(true));
  });

  it('JWKS-2: costs a fetch of keys its time limit, and no more', async () => {
    const { body } = drip();
    const fetch = () => Promise.resolve(new Response(body));
    await expect(fetchJson('https://x.example', { fetch, timeoutMs: 50, maxBytes: 1000 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
