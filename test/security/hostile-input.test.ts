import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { exampleOf, openApiOf, operationsOf, type DocumentedOperation, type OpenApi } from '../support/openapi.js';
import { rawRequest, type RawAnswer } from '../support/raw-request.js';
import { postForm, tokenOf } from '../support/requests.js';

let server: TestServer;
let document: OpenApi;
let operations: DocumentedOperation[];
const tokens = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer({ DYNAMIC_REGISTRATION: 'open', RATE_LIMIT_REGISTRATIONS_PER_SOURCE: '1000000' });
  document = await openApiOf(server.url);
  operations = operationsOf(document);
  // A victim of its own: hostile requests may delete what they reach.
  tokens.set('/v1/', await tokenOf(server.url, server.demo.operator));
  tokens.set('/analytics/', await tokenOf(server.url, server.orgs[0].service_principals[0]!));
});
afterAll(() => server.stop());

const HOSTILE_TEXT: Record<string, string> = {
  SQL: "' OR 1=1; DROP TABLE orgs; --",
  'SQL in a comment': '*/ UNION SELECT sealed_private_key FROM signing_keys /*',
  'a cast': '1::int); SELECT pg_sleep(5); --',
  'a NUL': 'a\u0000b',
  'NULs alone': '\u0000\u0000',
  'line breaks': 'a\r\nSet-Cookie: x=1\r\n\r\n<html>',
  'a terminal': '\u001b[2J\u009b31m',
  'right to left': '\u202Eabc\u2066',
  'zero width': 'org\u200B_\u200Dx',
  'full width': 'ｏｒｇ＿０１',
  'combining marks': `Z${'\u0301'.repeat(200)}`,
  'half of a surrogate pair': '\uD800x',
  emoji: '👩‍👩‍👧‍👦'.repeat(20),
  'a path': '../../../../etc/passwd',
  'an encoded path': '..%2f..%2fetc%2fpasswd',
  'a template': '${jndi:ldap://127.0.0.1/a} {{7*7}} <%= 1 %>',
  markup: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a formula': "=cmd|'/C calc'!A0",
  'a prototype': '__proto__',
  'a constructor': 'constructor',
  null: 'null',
  undefined: 'undefined',
  'not a number': 'NaN',
  'a large number': '1e309',
  'a negative number': '-1',
  'a number past 64 bits': '99999999999999999999999999',
  'a decimal': '0.1',
  hexadecimal: '0x10',
  'a date that is none': '2026-13-45T99:99:99Z',
  'a year past PostgreSQL': '294277-01-01T00:00:00Z',
  'a year before': '-004714-01-01T00:00:00Z',
  'the year 0': '0000-01-01',
  'five thousand letters': 'a'.repeat(5_000),
  'an empty text': '',
  'a space': ' ',
  'a list': '[]',
  'an object': '{"$gt":""}',
  LDAP: '*)(uid=*))(|(uid=*',
};

/** Values that JSON can say and a form cannot. */
const HOSTILE_JSON: Record<string, unknown> = {
  null: null,
  true: true,
  zero: 0,
  'minus one': -1,
  'a fraction': 1.5,
  'a huge number': 1e308,
  'an unsafe integer': 2 ** 53,
  'a list': [],
  'a list of null': [null],
  'a list of lists': [[[]]],
  'an object': {},
  'an object with a length': { length: 1e9 },
  'an object that looks like a date': { toISOString: 'x' },
  'a deep object': nested(60),
  'a long list': Array.from({ length: 2_000 }, () => 'x'),
};

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}

function tokenFor(path: string): string | undefined {
  return [...tokens].find(([prefix]) => path.startsWith(prefix))?.[1];
}

/** A URL cannot say half of a surrogate pair. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function fill(path: string, values: Record<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(wellFormed(values[name] ?? idOf(path, name))).replaceAll('.', '%2E'),
  );
}

/** Real ids where hostile text in another place is to get as deep as it can. */
function idOf(path: string, name: string): string {
  if (name === 'org_id' || path.startsWith('/v1/orgs/{id}')) return server.orgs[0].id;
  // What there is: https://www.rfc-editor.org/rfc/rfc9728#section-3.1 puts the path of the API there.
  if (path.endsWith('{path}/{name}')) return name === 'path' ? 'oauth' : 'userinfo';
  if (name === 'path') return 'analytics';
  return path.includes('service-principals') ? server.orgs[0].service_principals[2]!.client_id : 'cus_0001';
}

function send(
  { method, path, operation }: DocumentedOperation,
  change: { path?: Record<string, string>; query?: string; body?: unknown; headers?: [string, string][] },
): Promise<RawAnswer> {
  const token = tokenFor(path);
  const headers: [string, string][] = [
    ...(change.headers ?? []),
    ...(token ? [['authorization', `Bearer ${token}`] as [string, string]] : []),
  ];
  const body = change.body === undefined ? exampleBody(operation) : change.body;
  const target = fill(path, change.path ?? {}) + (change.query ?? '');
  if (body === undefined) return rawRequest(server.url, { method, path: target, headers });
  const type = takesForm(operation) ? 'application/x-www-form-urlencoded' : 'application/json';
  return rawRequest(server.url, { method, path: target, headers: [...headers, ['content-type', type]], body: written(body, type) });
}

function takesForm(operation: DocumentedOperation['operation']): boolean {
  return operation.requestBody?.content['application/x-www-form-urlencoded'] !== undefined;
}

function written(body: unknown, type: string): string {
  if (typeof body === 'string') return body;
  return type === 'application/json' ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>).toString();
}

function exampleBody(operation: DocumentedOperation['operation']): unknown {
  const content = Object.values(operation.requestBody?.content ?? {})[0];
  return content && exampleOf(document, content.schema);
}

/** Never a crash, never a half-made answer, never what is inside. */
function expectComposed(answer: RawAnswer, what: string): void {
  expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
  expect(answer.text, what).not.toMatch(/node_modules|QueryFailedError|syntax error at|\bat async /);
  // RFC 6749 §4.1.2.1: the authorization endpoint, and the logout, answer a person, who gets a page.
  const type = /^[A-Z]+ \/oauth\/(?:authorize|logout)/.test(what) ? /^text\/html/ : /^application\/(?:problem\+)?json/;
  if (answer.status >= 400) expect(answer.headers['content-type'], what).toMatch(type);
  // A request that waits for its person belongs to the browser that began it.
  if (answer.status !== 303) expect(answer.headers['set-cookie'], what).toBeUndefined();
}

async function attack(
  each: DocumentedOperation,
  where: string,
  values: Record<string, unknown>,
  make: (value: never) => Parameters<typeof send>[1],
): Promise<void> {
  for (const [kind, value] of Object.entries(values))
    expectComposed(await send(each, make(value as never)), `${each.name} with ${kind} as ${where}`);
}

async function attackParameters(each: DocumentedOperation): Promise<void> {
  for (const { name, in: place } of each.operation.parameters ?? []) {
    if (place === 'path') await attack(each, name, HOSTILE_TEXT, (value: string) => ({ path: { [name]: value } }));
    if (place === 'query')
      await attack(each, name, HOSTILE_TEXT, (value: string) => ({
        query: `?${requiredQuery(each, name)}${name}=${encodeURIComponent(wellFormed(value))}`,
      }));
  }
  if ((each.operation.parameters ?? []).some(({ in: place }) => place === 'query')) {
    for (const query of [
      '?a[]=1&a[b]=2',
      '?limit[]=1',
      '?limit=1&limit=2',
      '?__proto__[x]=1&constructor=1',
      '?%00=1',
      '?limit=%zz',
      '?limit=%c0%ae',
      `?${'x=1&'.repeat(2_000)}`,
    ])
      expectComposed(await send(each, { query }), `${each.name}${query.slice(0, 60)}`);
  }
}

function requiredQuery({ operation }: DocumentedOperation, except: string): string {
  const required = (operation.parameters ?? []).filter(
    (parameter) => parameter.in === 'query' && parameter.required && parameter.name !== except,
  );
  return required.map(({ name, schema }) => `${name}=${encodeURIComponent(String(exampleOf(document, schema)))}&`).join('');
}

async function attackBody(each: DocumentedOperation): Promise<void> {
  const body = exampleBody(each.operation);
  if (typeof body !== 'object' || body === null) return;
  for (const place of placesIn(body)) {
    await attack(
      each,
      place.join('/'),
      takesForm(each.operation) ? HOSTILE_TEXT : { ...HOSTILE_TEXT, ...HOSTILE_JSON },
      (value: unknown) => ({ body: replaced(body, place, value) }),
    );
  }
}

type Place = (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, Array.isArray(value) ? Number(name) : name]));
  return at.length === 0 ? inner : [at, ...inner];
}

function replaced(value: unknown, [name, ...rest]: Place, by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === name ? replaced(item, rest, by) : item));
  const members = value as Record<string, unknown>;
  return { ...members, [name]: replaced(members[name], rest, by) };
}

describe('attacks 58–60 and 65: hostile values in every documented parameter', () => {
  it('400-something for hostile text in every path and query parameter, never 500', { timeout: 900_000 }, async () => {
    expect(operations.length).toBeGreaterThan(25);
    for (const each of operations) await attackParameters(each);
  });

  it('400-something for hostile values in every member of every body, never 500', { timeout: 900_000 }, async () => {
    for (const each of operations.filter(({ operation }) => operation.requestBody)) await attackBody(each);
  });

  it('200 afterwards: the tables, the keys and the other tenant are still there', async () => {
    const token = await tokenOf(server.url, server.orgs[1].service_principals[0]!);
    const answer = await rawRequest(`${server.url}/analytics/v1/account`, { headers: [['authorization', `Bearer ${token}`]] });
    expect(answer.status).toBe(200);
    expect(server.process.log.split('\n').filter((line) => line.includes('"request.failed"'))).toEqual([]);
  });
});

describe('attack 58: too much', () => {
  const json = (path: string, body: string): Promise<RawAnswer> =>
    rawRequest(server.url + path, {
      method: 'POST',
      headers: [
        ['authorization', `Bearer ${tokenFor(path) ?? ''}`],
        ['content-type', 'application/json'],
      ],
      body,
    });

  it.each([
    ['a body of 3 MB', '/v1/orgs', () => JSON.stringify({ name: 'x'.repeat(3_000_000) }), 413],
    ['events of 3 MB', '/analytics/v1/events', () => JSON.stringify({ events: ['x'.repeat(3_000_000)] }), 413],
    ['100,000 opening brackets', '/v1/orgs', () => '['.repeat(100_000), 400],
    ['an object 20,000 levels deep', '/v1/orgs', () => `${'{"name":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 422],
    [
      'properties 20,000 levels deep',
      '/analytics/v1/events',
      () =>
        `{"events":[{"id":"a","customer_id":"c","type":"page_view","occurred_at":"2026-11-01T00:00:00Z","properties":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}]}`,
      422,
    ],
    [
      '10,000 unknown members',
      '/v1/orgs',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`m${i}`, 1]))),
      422,
    ],
    [
      '1,001 events',
      '/analytics/v1/events',
      () =>
        JSON.stringify({
          events: Array.from({ length: 1_001 }, (_, i) => ({
            id: `e${i}`,
            customer_id: 'c',
            type: 'page_view',
            occurred_at: '2026-11-01T00:00:00Z',
          })),
        }),
      422,
    ],
    ['a prototype as a member', '/v1/orgs', () => '{"name":"x","__proto__":{"is_admin":true}}', 400],
    ['a constructor as a member', '/v1/orgs', () => '{"name":"x","constructor":{"prototype":{"is_admin":true}}}', 400],
    ['a duplicate member', '/v1/orgs', () => '{"name":"x","name":{}}', 422],
    ['JSON that is only text', '/v1/orgs', () => '"x"', 422],
    ['null', '/v1/orgs', () => 'null', 422],
    ['nothing', '/v1/orgs', () => '', 400],
  ] as [string, string, () => string, number][])('%s is refused at once', async (_, path, make, status) => {
    const started = performance.now();
    const answer = await json(path, make());
    expectComposed(answer, path);
    // Broken input is 400 or 422 depending on who notices first; the point is that it is refused, and quickly.
    expect(status === 413 ? [413] : [400, 422]).toContain(answer.status);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('431 for headers over 16 KiB, 404 or 414 for a long path', async () => {
    expect([431, 0]).toContain((await rawRequest(`${server.url}/v1/orgs`, { headers: [['x-long', 'a'.repeat(20_000)]] })).status);
    expect([404, 414]).toContain((await rawRequest(server.url, { path: `/v1/orgs/${'a'.repeat(8_000)}` })).status);
  });

  it('400 for ten thousand form parameters, 413 for a form over 64 KiB', async () => {
    const url = `${server.url}/oauth/token`;
    expect(
      (
        await postForm(
          url,
          Array.from({ length: 10_000 }, (_, i) => `p${i}=1`)
            .join('&')
            .slice(0, 60_000),
        )
      ).status,
    ).toBe(400);
    expect((await postForm(url, `a=${'x'.repeat(70_000)}`)).status).toBe(413);
  });

  it.each([
    '%',
    '/%zz',
    '/v1/orgs/%c0%ae',
    '/v1/orgs/%',
    '//v1/orgs',
    '/v1//orgs',
    '/v1/orgs/',
    '/V1/orgs',
    '/v1/orgs;x=1',
    '/v1/./orgs',
    '/v1/x/../orgs',
    '/v1/orgs%2f',
    '/v1/orgs%00',
    '/oauth/token/',
    '/oauth%2ftoken',
  ])('400 or 404 for the path %s', async (path) => {
    const answer = await rawRequest(server.url, { path: path.startsWith('/') ? path : `/${path}` });
    expectComposed(answer, path);
    expect([400, 404]).toContain(answer.status);
  });
});

describe('attack 61: method overrides and content types', () => {
  it('405 or 404 for methods that an address does not take, with Allow', async () => {
    for (const each of operations) {
      for (const method of ['PUT', 'TRACE', 'PROPFIND'].filter(
        (name) => !Object.keys(document.paths[each.path]!).includes(name.toLowerCase()),
      )) {
        const answer = await rawRequest(server.url, { method, path: fill(each.path, {}) });
        expectComposed(answer, `${method} ${each.path}`);
        expect([404, 405]).toContain(answer.status);
      }
    }
    const { status, headers } = await rawRequest(`${server.url}/v1/orgs`, { method: 'PUT' });
    expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'GET, POST' });
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    '405 in spite of %s: the method of the request line counts',
    async (name) => {
      const id = server.orgs[1].id;
      const answer = await rawRequest(`${server.url}/v1/orgs/${id}?_method=DELETE`, {
        method: 'POST',
        headers: [
          [name, 'DELETE'],
          ['authorization', `Bearer ${tokens.get('/v1/')!}`],
          ['content-type', 'application/json'],
        ],
        body: '{"_method":"DELETE"}',
      });
      expect([404, 405]).toContain(answer.status);
      expect(await server.sql('SELECT id FROM orgs WHERE id = $1', [id])).toHaveLength(1);
    },
  );

  it.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/jsonx',
    'application/json, text/html',
    'a',
    '',
  ])('415, 400 or 422 at /v1 for the content type "%s"', async (type) => {
    const answer = await rawRequest(`${server.url}/v1/orgs`, {
      method: 'POST',
      headers: [
        ['content-type', type],
        ['authorization', `Bearer ${tokens.get('/v1/')!}`],
      ],
      body: Buffer.from('{"name":"x"}', type.includes('utf-16') ? 'utf16le' : 'utf8'),
    });
    expectComposed(answer, type);
    expect([400, 415, 422]).toContain(answer.status);
  });
});

describe('attacks 68 and 69: caches and other origins', () => {
  const ORIGINS = ['https://evil.example', 'null', 'http://localhost:3000'];
  // CORS-1: what agents in pages need, and nothing else.
  const OPEN = ['/oauth/token', '/oauth/revoke', '/oauth/par', '/oauth/register', '/mcp'];
  const readable = (path: string): boolean =>
    path.startsWith('/.well-known/') || path.startsWith('/oauth/register/') || OPEN.includes(path);

  it('no answer but those an agent needs can be read from another origin, and none with credentials', async () => {
    for (const each of operations) {
      for (const origin of ORIGINS) {
        const { headers } = await send(each, { headers: [['origin', origin]], body: '{' });
        const allowed = headers['access-control-allow-origin'];
        expect({ each: each.name, origin, allowed }).toEqual({ each: each.name, origin, allowed: readable(each.path) ? '*' : undefined });
        expect(headers['access-control-allow-credentials']).toBeUndefined();
      }
    }
  });

  const preflight = (path: string): Promise<RawAnswer> =>
    rawRequest(server.url + path, {
      method: 'OPTIONS',
      headers: [
        ['origin', 'https://evil.example'],
        ['access-control-request-method', 'POST'],
        ['access-control-request-headers', 'authorization'],
      ],
    });

  it('CORS-1 preflights of those are answered, by any origin, without credentials', async () => {
    for (const path of [...OPEN, '/.well-known/jwks.json', '/.well-known/oauth-protected-resource/mcp']) {
      const { status, headers } = await preflight(path);
      expect([path, status, headers['access-control-allow-origin']]).toEqual([path, 204, '*']);
      expect(headers['access-control-allow-headers']).toMatch(/^Authorization, .*DPoP/);
      expect(headers['access-control-allow-methods']).toMatch(path.startsWith('/.well-known') ? /GET/ : /^POST$/);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('CORS-2 no other preflight is answered with permission', async () => {
    const closed = [
      '/v1/orgs',
      '/analytics/v1/account',
      '/oauth/authorize',
      '/oauth/introspect',
      '/login',
      '/account',
      '/docs/openapi.json',
    ];
    for (const path of [...closed, '/health/ready', '/mcp/', '/oauth/token/x']) {
      const { headers, status } = await preflight(path);
      expect({ path, allowed: headers['access-control-allow-origin'] }).toEqual({ path, allowed: undefined });
      expect(status).toBeLessThan(500);
    }
  });

  it('HTTP-14 Host and forwarding headers change no URL, no issuer and no challenge', async () => {
    const forged: [string, string][] = [
      ['x-forwarded-host', 'evil.example'],
      ['x-forwarded-proto', 'https'],
      ['x-original-url', '/health/live'],
      ['x-rewrite-url', '/health/live'],
      ['forwarded', 'host=evil.example'],
    ];
    for (const path of ['/.well-known/oauth-authorization-server', '/v1/orgs', '/docs/openapi.json', '/nowhere']) {
      const answer = await rawRequest(server.url + path, { headers: forged });
      expect(answer.text + JSON.stringify(answer.headers)).not.toContain('evil.example');
    }
  });

  it('no-store on everything but public metadata', async () => {
    for (const each of operations.filter(({ path }) => !readable(path))) {
      const { headers } = await send(each, { body: '{' });
      expect({ each: each.name, cache: headers['cache-control'] }).toEqual({ each: each.name, cache: 'no-store' });
    }
  });
});
