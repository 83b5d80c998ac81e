import { describe, expect, it } from 'vitest';
import type { AppDescription } from '../../../directory/third-party-apps/index.js';
import { DocumentCache, FAILURE_SECONDS } from './document-cache.js';
import { refused, type DocumentReading } from './document-reading.js';

const URL = 'https://app.example/client';
const DOCUMENT: DocumentReading = {
  kind: 'read',
  description: { name: 'App' } as AppDescription,
  notes: [],
  readAt: new Date(),
  freshSeconds: 60,
};

function cacheOf(...answers: DocumentReading[]): { cache: DocumentCache; asked: string[]; pass: (seconds: number) => void } {
  const asked: string[] = [];
  let now = 0;
  const ask = async (url: string): Promise<DocumentReading> => {
    asked.push(url);
    return answers[Math.min(asked.length, answers.length) - 1] ?? DOCUMENT;
  };
  return { cache: new DocumentCache(ask, () => now), asked, pass: (seconds) => void (now += seconds * 1000) };
}

describe('CIMD-6: the cache of documents', () => {
  it('keeps a document as long as its host says', async () => {
    const { cache, pass } = cacheOf(DOCUMENT);
    expect(cache.recall(URL)).toBeUndefined();
    await cache.read(URL);
    pass(59);
    expect(cache.recall(URL)).toBe(DOCUMENT);
    pass(2);
    expect(cache.recall(URL)).toBeUndefined();
  });

  it('asks once for many that want it at the same time', async () => {
    const { cache, asked } = cacheOf(DOCUMENT);
    const both = Promise.all([cache.read(URL), cache.read(URL)]);
    expect(cache.recall(URL)).toBeInstanceOf(Promise);
    await both;
    expect(asked).toEqual([URL]);
  });

  it('remembers a failure for seconds only', async () => {
    const gone = refused('/client_id', 'Gone.', 'Bring it back.');
    const { cache, pass } = cacheOf(gone);
    await cache.read(URL);
    expect(cache.recall(URL)).toBe(gone);
    expect(FAILURE_SECONDS).toBeLessThanOrEqual(30);
    pass(FAILURE_SECONDS);
    expect(cache.recall(URL)).toBeUndefined();
  });

  it('remembers trouble no longer than it says to wait', async () => {
    const busy: DocumentReading = { kind: 'unreachable', isLimited: false, message: 'Busy.', retryAfterSeconds: 1 };
    const { cache, pass } = cacheOf(busy);
    await cache.read(URL);
    expect(cache.recall(URL)).toBe(busy);
    pass(1);
    expect(cache.recall(URL)).toBeUndefined();
  });

  it('a document that is withdrawn is not used on', async () => {
    const { cache, pass } = cacheOf(DOCUMENT, refused('/client_id', 'Gone.', 'Bring it back.'));
    await cache.read(URL);
    await cache.read(URL);
    pass(FAILURE_SECONDS);
    expect(cache.recall(URL)).toBeUndefined();
  });

  it('holds a bounded number, whatever strangers name', async () => {
    const { cache } = cacheOf(DOCUMENT);
    for (let i = 0; i < 2_100; i++) await cache.read(`${URL}/${i}`);
    expect([cache.recall(`${URL}/0`), cache.recall(`${URL}/2099`)]).toEqual([undefined, DOCUMENT]);
  });
});
