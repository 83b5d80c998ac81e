import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from './revocation-events.js';

async function read(chunks: Iterable<Uint8Array>, maxCharacters = 1000): Promise<string[]> {
  const events: string[] = [];
  for await (const event of readEvents(iterate(chunks), maxCharacters)) events.push(event);
  return events;
}

async function* iterate(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('WHATWG HTML §9.2.6 server-sent events', () => {
  it.each([
    ['one event', 'data: a\n\n', ['a']],
    ['no space after the colon', 'data:a\n\n', ['a']],
    ['id, event and comments beside it', ': hello\nid: 7\nevent: delta\nretry: 1000\ndata: a\n\n', ['a']],
    ['data of several lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['carriage returns', 'data: a\r\rdata: b\r\n\r\n', ['a', 'b']],
    ['comments alone', ': a\n\n: b\n\n', []],
    ['an event that was cut off', 'data: a\n\ndata: b\n', ['a']],
    ['nothing', '', []],
  ])('%s', async (_, text, events) => {
    expect(await read([bytes(text)])).toEqual(events);
  });

  // Seen failing without the memory of a carriage return at the end of a chunk.
  it('reads the same however the stream is cut into chunks', async () => {
    const text = ': x\r\ndata: eins\r\ndata: more\r\n\r\nid: 1\ndata: zwei ü\n\n\rdata: drei\r\r';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes(text).length), { maxLength: 20 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes(text).length];
        expect(await read(at.slice(1).map((end, i) => bytes(text).subarray(at[i], end)))).toEqual(['eins\nmore', 'zwei ü', 'drei']);
      }),
    );
  });

  it.each([
    ['one long line', 'data: ' + 'x'.repeat(2000)],
    ['many lines', 'data: x\n'.repeat(300)],
    ['an endless comment', ':' + 'x'.repeat(2000)],
  ])('refuses an event that is too large: %s', async (_, text) => {
    await expect(read([...text].map(bytes))).rejects.toThrow('more than 1000 characters');
  });
});
