import type { lookup as dnsLookup } from 'node:dns';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchDocument } from './guarded-document.js';
import { FetchPlaces, OutboundBusy } from './fetch-places.js';
import { OutboundRefused, publicLookupBy } from './guarded-fetch.js';

const LIMITS = { maxBytes: 5 * 1024, timeoutMs: 400, loopbackAllowed: true };
const NEVER = { ...LIMITS, loopbackAllowed: false };
const PATHS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/good': (response) => response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end('{}'),
  '/away': (response) => response.writeHead(302, { location: '/good' }).end('away'),
  '/fault': (response) => response.writeHead(502).end('trouble'),
  '/large': (response) => response.writeHead(200).end('x'.repeat(6 * 1024)),
  '/endless': (response) => {
    const write = (): boolean => response.write('x'.repeat(1024)) && response.on('drain', write) !== undefined;
    const timer = setInterval(write, 1);
    response.on('close', () => clearInterval(timer));
  },
  '/says-large': (response) => response.writeHead(200, { 'content-length': String(1024 ** 3) }).flushHeaders(),
  '/bomb': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1024 * 1024))),
  '/slow': (response) => {
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/silent': () => undefined,
};

let server: Server;
let here: string;
const seen: IncomingMessage[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    PATHS[request.url ?? '']?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('attack 56: a document that a stranger names', () => {
  it('is fetched with its status and headers, and nothing of ours goes along', async () => {
    const { status, headers, text } = await fetchDocument(`${here}/good`, LIMITS);
    expect([status, headers.get('etag'), text]).toEqual([200, '"1"', '{}']);
    const sent = seen.at(-1)?.headers ?? {};
    expect([sent['accept-encoding'], sent['user-agent']]).toEqual(['identity', 'countersign']);
    expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(['cookie', 'authorization', 'traceparent']));
  });

  it.each([
    ['/away', 302],
    ['/fault', 502],
  ])('%s is not followed nor read', async (path, status) => {
    expect(await fetchDocument(here + path, LIMITS)).toMatchObject({ status, text: '' });
  });

  // Seen to fail with the check of the size taken out: /endless went on until the time was over.
  it.each(['/large', '/endless', '/says-large', '/bomb'])('%s is refused before it is read', async (path) => {
    await expect(fetchDocument(here + path, { ...LIMITS, timeoutMs: 3_000 })).rejects.toThrow(OutboundRefused);
  });

  it.each(['/slow', '/silent'])('%s takes no longer than all may take', async (path) => {
    const begin = performance.now();
    await expect(fetchDocument(here + path, LIMITS)).rejects.not.toBeInstanceOf(OutboundRefused);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  it.each([
    'http://127.0.0.1/x',
    'http://localhost/x',
    'http://app.example/x',
    'https://127.0.0.1/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://169.254.169.254/latest',
    'https://app.example:22/x',
    'file:///etc/passwd',
  ])('%s is never asked', async (address) => {
    await expect(fetchDocument(address, NEVER)).rejects.toThrow(OutboundRefused);
  });

  it('http from elsewhere than this machine is not fetched in development either', async () => {
    await expect(fetchDocument('http://10.0.0.1/x', LIMITS)).rejects.toThrow(OutboundRefused);
  });
});

describe('SSRF-2: a name that leads to another address when it is asked again', () => {
  /** Answers of a name server that an attacker runs, one after the other. */
  function rebinding(...answers: string[][]): { lookup: typeof dnsLookup; asked: () => number } {
    let asked = 0;
    const lookup = (_: string, __: unknown, done: (error: null, found: { address: string; family: number }[]) => void): void =>
      done(
        null,
        (answers[Math.min(asked++, answers.length - 1)] ?? []).map((address) => ({ address, family: 4 })),
      );
    return { lookup: lookup as typeof dnsLookup, asked: () => asked };
  }

  it('is asked once, and what was judged is what is connected to', () => {
    const { lookup, asked } = rebinding(['93.184.215.14'], ['127.0.0.1']);
    const connected: unknown[] = [];
    publicLookupBy(lookup)('rebind.example', { all: true }, (_, addresses) => connected.push(addresses));
    expect([asked(), connected]).toEqual([1, [[{ address: '93.184.215.14', family: 4 }]]]);
  });

  // Seen to fail with the filter of addresses taken out: the connection was then tried.
  it.each([[['127.0.0.1']], [['93.184.215.14', '10.0.0.1']], [['169.254.169.254']], [[]]])('is refused at %j', async (answer) => {
    const { lookup } = rebinding(answer);
    const before = seen.length;
    await expect(fetchDocument('https://rebind.example/x', NEVER, lookup)).rejects.toThrow(OutboundRefused);
    expect(seen.length).toBe(before);
  });
});

describe('SSRF-6: name servers and hosts that never answer', () => {
  const GIVEN_UP = { ...NEVER, timeoutMs: 50 };

  /** A name server that answers nothing until it is told to, and then always, with an address inside. */
  function silent(): { lookup: typeof dnsLookup; asked: string[]; answer: () => Promise<void> } {
    const asked: string[] = [];
    let answer = (): void => undefined;
    const answering = new Promise<void>((resolve) => (answer = resolve));
    const lookup = (name: string, _: unknown, reply: (error: null, found: object[]) => void): void => {
      asked.push(name);
      void answering.then(() => reply(null, [{ address: '10.0.0.1', family: 4 }]));
    };
    return { lookup: lookup as typeof dnsLookup, asked, answer: () => (answer(), setImmediate()) };
  }

  // Seen to fail with the place given back when the request ends: all were then asked about.
  it('hold 2 places a host and all there are, until they have really answered', async () => {
    const places = new FetchPlaces({ inAll: 3, perHost: 2 });
    const { lookup, asked, answer } = silent();
    const fetch = (host: string): Promise<unknown> => fetchDocument(`https://${host}/x`, GIVEN_UP, lookup, places);
    for (const host of ['a.example', 'a.example', 'b.example']) await expect(fetch(host)).rejects.toThrow(/abort/i);
    await expect(fetch('a.example')).rejects.toThrow(OutboundBusy);
    await expect(fetch('c.example')).rejects.toThrow(OutboundBusy);
    expect(asked).toEqual(['a.example', 'a.example', 'b.example']);

    await answer();
    const later = ['a.example', 'a.example', 'c.example'].map(fetch);
    expect(await Promise.allSettled(later)).toEqual(later.map(() => ({ status: 'rejected', reason: expect.any(OutboundRefused) })));
    expect(asked).toHaveLength(6);
  });

  it('the third at one host waits its turn, while others get on', async () => {
    const places = new FetchPlaces({ inAll: 3, perHost: 2 });
    const { lookup, answer } = silent();
    const two = ['a.example', 'a.example'].map((host) => fetchDocument(`https://${host}/x`, NEVER, lookup, places));
    const ended = Promise.allSettled(two);
    await expect(fetchDocument('https://a.example/x', NEVER, lookup, places)).rejects.toThrow(OutboundBusy);
    expect(await fetchDocument(`${here}/good`, LIMITS, lookup, places)).toMatchObject({ status: 200 });
    await answer();
    expect(await ended).toEqual(two.map(() => ({ status: 'rejected', reason: expect.any(OutboundRefused) })));
  });
});
