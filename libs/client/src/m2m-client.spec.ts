import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { API, ISSUER, oauthError, SECRET, thrownBy, VirtualIssuer } from '../../../test/support/virtual-issuer.js';
import { clientSecret, TokenRequestFailed, type ClientAuthentication, type M2MClientOptions } from './index.js';
import { M2MClient } from './m2m-client.js';

const TARGET = { audience: API, scope: 'a b' };

let issuer: VirtualIssuer;
beforeEach(() => {
  issuer = new VirtualIssuer();
});

const down = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) });
};
const tokenOf = async (client: M2MClient, target = TARGET): Promise<string> => (await client.getToken(target)).accessToken;
const failureOf = async (client: M2MClient): Promise<TokenRequestFailed> => (await thrownBy(client.getToken(TARGET))) as TokenRequestFailed;

describe('getToken', () => {
  it('asks as RFC 6749 §4.4 says, with the audience and the scopes', async () => {
    const token = await issuer.client().getToken(TARGET);
    expect(token).toEqual({ accessToken: 'token-1', tokenType: 'Bearer', scope: 'a b', expiresAt: new Date(issuer.epochMs + 3_600_000) });
    const [{ url, form, headers, init }] = issuer.tokenRequests as [(typeof issuer.tokenRequests)[0]];
    expect([url, init.method, init.redirect]).toEqual([`${ISSUER}/oauth/token`, 'POST', 'manual']);
    expect(init.signal).toBeInstanceOf(AbortSignal);
    expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', audience: API, scope: 'a b' });
    expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(headers.get('authorization')).toBe(`Basic ${Buffer.from(`sp_test:${SECRET}`).toString('base64')}`);
  });

  it('asks for everything at the only API when neither audience nor scope is given', async () => {
    await issuer.client().getToken();
    expect([...issuer.tokenRequests[0]!.form.keys()]).toEqual(['grant_type']);
  });

  // Seen failing without single flight (1,000 requests).
  it('SDK-1: a thousand at the same time cause one token request and one discovery', async () => {
    const client = issuer.client();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => tokenOf(client)));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect([issuer.tokenRequests.length, issuer.discoveries.length]).toEqual([1, 1]);
  });

  it('the order and spelling of scopes make no second token; another audience or scope does', async () => {
    const client = issuer.client();
    for (const scope of ['a b', 'b a', ' a  b a', ['b', 'a']]) await client.getToken({ audience: API, scope });
    expect(issuer.tokenRequests).toHaveLength(1);
    await client.getToken({ audience: API, scope: 'a' });
    await client.getToken({ audience: API });
    await client.getToken({ audience: `${API}/b`, scope: 'a b' });
    expect(issuer.tokenRequests.map(({ form }) => [form.get('audience'), form.get('scope')])).toEqual([
      [API, 'a b'],
      [API, 'a'],
      [API, null],
      [`${API}/b`, 'a b'],
    ]);
  });

  it.each([{ audience: '' }, { scope: 'a "b"' }, { scope: ['a b'] }, { scope: 'a\\b' }])(
    'TypeError and no request for %j',
    async (target) => {
      expect(await thrownBy(issuer.client().getToken(target))).toBeInstanceOf(TypeError);
      expect(issuer.tokenRequests).toEqual([]);
    },
  );

  it('keeps as many tokens as it was told, and forgets the one that was not used for longest', async () => {
    const client = issuer.client({ maxTokens: 2 });
    for (const scope of ['a', 'b', 'a', 'c', 'a', 'b']) await client.getToken({ scope });
    expect(issuer.tokenRequests.map(({ form }) => form.get('scope'))).toEqual(['a', 'b', 'c', 'b']);
  });

  it('works although a listener throws', async () => {
    const onEvent = () => {
      throw new Error('listener');
    };
    expect(await tokenOf(issuer.client({ onEvent }))).toBe('token-1');
  });
});

describe('the life of a token', () => {
  it('SDK-1: at 80 % a new one is fetched behind the old one, which is served meanwhile', async () => {
    const client = issuer.client();
    await tokenOf(client);
    issuer.passSeconds(2879);
    expect(await tokenOf(client)).toBe('token-1');
    expect(issuer.tokenRequests).toHaveLength(1);
    issuer.passSeconds(1);
    let answer: (response: Response) => void = () => undefined;
    issuer.onToken = () => new Promise<Response>((resolve) => (answer = resolve));
    for (let i = 0; i < 100; i++) expect(await tokenOf(client)).toBe('token-1');
    expect(issuer.tokenRequests).toHaveLength(2);
    answer(issuer.tokenAnswer());
    await issuer.settle();
    expect(await tokenOf(client)).toBe('token-2');
    expect(issuer.tokenRequests).toHaveLength(2);
  });

  it.each([
    [0, 0.76],
    [0.5, 0.8],
    [0.999, 0.84],
  ])('with %d of randomness the new one is fetched at %d of the life', async (random, share) => {
    issuer.random = random;
    const client = issuer.client();
    await tokenOf(client);
    issuer.passSeconds(3600 * share - 5);
    await tokenOf(client);
    expect(issuer.tokenRequests).toHaveLength(1);
    issuer.passSeconds(10);
    await tokenOf(client);
    expect(issuer.tokenRequests).toHaveLength(2);
  });

  // Seen failing with isUsable() without the margin.
  it.each([
    [3600, 3589, 3590],
    [60, 53, 54],
    [5, 4, 4.5],
  ])('a token of %d s is served after %d s and no more after %d s', async (expires_in, servedAfter, refusedAfter) => {
    issuer.onToken = () => issuer.tokenAnswer({ expires_in });
    const client = issuer.client();
    await tokenOf(client);
    issuer.onToken = down;
    issuer.passSeconds(servedAfter);
    expect(await tokenOf(client)).toBe('token-1');
    await issuer.settle();
    issuer.passSeconds(refusedAfter - servedAfter);
    expect(await failureOf(client)).toBeInstanceOf(TokenRequestFailed);
  });

  it('is counted from the request: an answer that took long to come brings a token that is old already', async () => {
    issuer.onToken = () => {
      issuer.passSeconds(8);
      return issuer.tokenAnswer({ expires_in: 60 });
    };
    const client = issuer.client();
    const sentAt = issuer.epochMs;
    expect((await client.getToken(TARGET)).expiresAt).toEqual(new Date(sentAt + 60_000));
    issuer.passSeconds(46);
    await tokenOf(client);
    expect(issuer.tokenRequests).toHaveLength(2);
  });

  it('a token that had expired when it came is not served', async () => {
    issuer.onToken = () => {
      issuer.passSeconds(9);
      return issuer.tokenAnswer({ expires_in: 10 });
    };
    expect((await failureOf(issuer.client())).message).toMatch(/came too late/);
  });

  it.each<[string, (seconds: number) => void]>([
    ['the clock is set back by an hour', (seconds) => ((issuer.monotonicMs += seconds * 1000), (issuer.epochMs -= 3_600_000))],
    ['the machine slept', (seconds) => (issuer.epochMs += seconds * 1000)],
  ])('ends in time although %s', async (_, pass) => {
    const client = issuer.client();
    await tokenOf(client);
    pass(3591);
    expect(await tokenOf(client)).toBe('token-2');
  });

  // Seen failing with the rejection of the background request passed on.
  it('a refresh that fails hurts nobody while the token lives, and is tried again with longer and longer pauses', async () => {
    const client = issuer.client();
    await tokenOf(client);
    issuer.passSeconds(2880);
    issuer.onToken = down;
    for (let second = 0; second < 700; second++) {
      expect(await tokenOf(client)).toBe('token-1');
      await Promise.resolve();
      issuer.passSeconds(1);
    }
    // 1, 2, 4 … 32 s, then once a minute.
    expect(issuer.tokenRequests.length).toBeGreaterThan(10);
    expect(issuer.tokenRequests.length).toBeLessThan(20);
    expect(issuer.events.at(-1)).toMatchObject({ type: 'failed', audience: API, scope: 'a b' });
    issuer.onToken = () => issuer.tokenAnswer();
    issuer.passSeconds(60);
    expect(await tokenOf(client)).toBe('token-2');
  });
});

describe('an issuer that says no', () => {
  const retryDate = (seconds: number, serverOffMs = 0) => ({
    date: new Date(issuer.epochMs + serverOffMs).toUTCString(),
    'retry-after': new Date(issuer.epochMs + serverOffMs + seconds * 1000).toUTCString(),
  });

  // Seen failing with pause() of Retry-After replaced by the growing pause.
  it.each<[string, number, () => Record<string, string>]>([
    ['seconds', 429, () => ({ 'retry-after': '120' })],
    ['seconds', 503, () => ({ 'retry-after': '120' })],
    ['a date', 429, () => retryDate(120)],
    ['a date by a clock that is an hour ahead', 429, () => retryDate(120, 3_600_000)],
    ['a date by a clock that is an hour behind', 503, () => retryDate(120, -3_600_000)],
  ])('Retry-After in %s after a %d is waited for, and callers are told', async (_, status, headers) => {
    issuer.onToken = () => oauthError(status, 'temporarily_unavailable', { ...headers(), 'x-request-id': 'req-1' });
    const client = issuer.client();
    expect(await failureOf(client)).toMatchObject({ status, retryAfterSeconds: 120, requestId: 'req-1', temporary: true });
    issuer.passSeconds(119);
    expect(await failureOf(client)).toMatchObject({ status, code: 'temporarily_unavailable', retryAfterSeconds: 1 });
    expect(issuer.tokenRequests).toHaveLength(1);
    issuer.passSeconds(1);
    issuer.onToken = () => issuer.tokenAnswer();
    expect(await tokenOf(client)).toBe('token-1');
  });

  it('Retry-After of a refresh is waited for while the living token is served', async () => {
    const client = issuer.client();
    await tokenOf(client);
    issuer.passSeconds(2880);
    issuer.onToken = () => oauthError(429, 'temporarily_unavailable', { 'retry-after': '300' });
    await tokenOf(client);
    await issuer.settle();
    for (let second = 0; second < 300; second++) {
      expect(await tokenOf(client)).toBe('token-1');
      issuer.passSeconds(1);
    }
    expect(issuer.tokenRequests).toHaveLength(2);
    await tokenOf(client);
    expect(issuer.tokenRequests).toHaveLength(3);
  });

  it.each(['0', '-5', 'soon', ''])('Retry-After "%s" does not let it be asked at once', async (value) => {
    issuer.onToken = () => oauthError(503, 'temporarily_unavailable', { 'retry-after': value });
    const client = issuer.client();
    for (let i = 0; i < 100; i++) await failureOf(client);
    expect(issuer.tokenRequests).toHaveLength(1);
    expect((await failureOf(client)).retryAfterSeconds).toBe(1);
  });

  it('Retry-After of a year is taken as a day', async () => {
    issuer.onToken = () => oauthError(503, 'temporarily_unavailable', { 'retry-after': '31536000' });
    expect((await failureOf(issuer.client())).retryAfterSeconds).toBe(86_400);
  });

  it.each<[string, () => Response]>([
    ['an outage', down],
    ['500', () => oauthError(500, 'server_error')],
    ['502 without JSON', () => new Response('<html>', { status: 502 })],
  ])('%s is met with fewer and fewer requests, up to one a minute', async (_, answer) => {
    issuer.onToken = answer;
    const client = issuer.client();
    for (let second = 0; second < 600; second++) {
      await failureOf(client);
      issuer.passSeconds(1);
    }
    expect(issuer.tokenRequests.length).toBeGreaterThan(12);
    expect(issuer.tokenRequests.length).toBeLessThan(20);
    issuer.onToken = () => issuer.tokenAnswer();
    issuer.passSeconds(60);
    expect(await tokenOf(client)).toBe('token-1');
  });

  // Seen failing without the look at `failures` in get(): one request per call.
  it.each([
    [401, 'invalid_client'],
    [400, 'invalid_scope'],
    [400, 'invalid_target'],
    [404, 'not_found'],
  ])('%d %s is not asked again at once, and heals within a minute', async (status, code) => {
    issuer.onToken = () => oauthError(status, code);
    const client = issuer.client();
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 100; i++) expect(await failureOf(client)).toMatchObject({ status, code, temporary: false });
      issuer.passSeconds(0.9);
    }
    expect(issuer.tokenRequests).toHaveLength(1);
    issuer.onToken = () => issuer.tokenAnswer();
    issuer.passSeconds(1);
    expect(await tokenOf(client)).toBe('token-1');
  });

  it('a refusal of one token does not stop another', async () => {
    issuer.onToken = ({ form }) => (form.get('scope') === 'a' ? oauthError(400, 'invalid_scope') : issuer.tokenAnswer());
    const client = issuer.client();
    await thrownBy(client.getToken({ audience: API, scope: 'a' }));
    expect(await tokenOf(client)).toBe('token-1');
  });

  it('says what the issuer said: status, code, description, request id', async () => {
    issuer.onToken = () => oauthError(401, 'invalid_client', { 'x-request-id': 'req-7' });
    const error = await failureOf(issuer.client());
    expect(error).toMatchObject({ status: 401, code: 'invalid_client', description: 'Said by the issuer.', requestId: 'req-7' });
    expect(error.message).toBe(`No token for ${API} (a b): ${ISSUER}/oauth/token answered 401 invalid_client: Said by the issuer.`);
  });

  it('makes one line of printable text of whatever it said', async () => {
    issuer.onToken = () => Response.json({ error: 'x\n\u001b[31m', error_description: 'y'.repeat(10_000) }, { status: 400 });
    const error = await failureOf(issuer.client());
    expect(error.code).toBe('x??[31m');
    expect(error.message.length).toBeLessThan(800);
  });

  it('tells why there was no answer', async () => {
    issuer.onToken = down;
    const error = await failureOf(issuer.client());
    expect(error).toMatchObject({ status: undefined, code: undefined, temporary: true, retryAfterSeconds: 1 });
    expect(error.message).toContain('could not be asked: fetch failed (ECONNREFUSED)');
  });

  it('does not wait for ever', async () => {
    const hangs = ((_: unknown, init?: RequestInit) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)))) as typeof fetch;
    const error = await failureOf(issuer.client({ timeoutMs: 20, fetch: hangs }));
    expect(error.message).toMatch(/aborted due to timeout/);
  });
});

describe('a token response that cannot be used', () => {
  it.each<[string, Record<string, unknown>]>([
    ['access_token', { access_token: undefined }],
    ['access_token', { access_token: 7 }],
    ['access_token', { access_token: '' }],
    ['access_token', { access_token: 'stolen\r\nx-injected: 1' }],
    ['token_type', { token_type: undefined }],
    ['token_type', { token_type: 'DPoP' }],
    ['expires_in', { expires_in: undefined }],
    ['expires_in', { expires_in: '3600' }],
    ['expires_in', { expires_in: 0 }],
    ['expires_in', { expires_in: -1 }],
    ['expires_in', { expires_in: 1e300 }],
    ['scope', { scope: ['a'] }],
  ])('%s of %j', async (member, members) => {
    issuer.onToken = () => issuer.tokenAnswer(members);
    const error = await failureOf(issuer.client());
    expect(error).toMatchObject({ status: 200, temporary: false });
    expect(error.message).toContain(`200 with a ${member}`);
    expect(inspect(error)).not.toContain('stolen');
  });

  it.each<[string, () => Response]>([
    ['no JSON', () => new Response('{"access_token":"stolen-token","token_type":"Bearer', { status: 200 })],
    ['a string', () => Response.json('stolen-token')],
    ['300 KiB', () => new Response(' '.repeat(300 * 1024) + '{}')],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://attacker.example' } })],
    ['201', () => Response.json({ access_token: 'stolen-token', token_type: 'Bearer', expires_in: 3600 }, { status: 201 })],
  ])('%s is an error that does not quote it', async (_, answer) => {
    issuer.onToken = answer;
    const error = await failureOf(issuer.client());
    expect(error).toBeInstanceOf(TokenRequestFailed);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/stolen/);
    expect(issuer.calls).toEqual([]);
  });

  it('token_type has no case, and an absent scope means the one that was asked for', async () => {
    issuer.onToken = () => issuer.tokenAnswer({ token_type: 'bEARER', scope: undefined });
    expect(await issuer.client().getToken({ audience: API, scope: 'b a' })).toMatchObject({ tokenType: 'Bearer', scope: 'a b' });
  });
});

describe('nothing shows a secret or a token', () => {
  // Seen failing with a secret that is a member of what clientSecret gives.
  it('inspect and JSON of the client and of its authentication', async () => {
    for (const method of ['basic', 'post'] as const) {
      const auth = clientSecret(SECRET, { method });
      const client = issuer.client({ auth });
      await client.getToken(TARGET);
      for (const shown of [client, auth]) {
        const text = inspect(shown, { depth: 20, showHidden: true }) + JSON.stringify(shown);
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain(Buffer.from(`sp_test:${SECRET}`).toString('base64'));
        expect(text).not.toContain('token-');
      }
    }
  });

  // Seen failing with `private` members instead of `#` ones.
  it('the client hides what an authentication of somebody else holds', () => {
    const careless = { name: 'careless', secret: SECRET, authenticate: () => ({}) };
    const client = issuer.client({ auth: careless });
    expect(inspect(client, { depth: 20, showHidden: true }) + JSON.stringify(client)).not.toContain(SECRET);
  });

  // Seen failing with the thrown error as the cause.
  it('errors, even where fetch throws one that holds the request', async () => {
    const fetch = ((_: unknown, init: RequestInit) => {
      throw Object.assign(new Error('request failed'), { config: init, cause: { init } });
    }) as unknown as typeof globalThis.fetch;
    for (const method of ['basic', 'post'] as const) {
      const error = await failureOf(issuer.client({ fetch, tokenEndpoint: `${ISSUER}/token`, auth: clientSecret(SECRET, { method }) }));
      const text = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      expect(text).toContain('request failed');
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(`sp_test:${SECRET}`).toString('base64'));
    }
  });
});

describe('where tokens are asked for', () => {
  const metadata = (name: string, endpoint = `${name}/token`) => Response.json({ issuer: name, token_endpoint: endpoint });

  it.each([
    [ISSUER, `${ISSUER}/.well-known/oauth-authorization-server`],
    [`${ISSUER}/t1`, `${ISSUER}/.well-known/oauth-authorization-server/t1`],
  ])('RFC 8414 §3.1: %s says so at %s', async (name, url) => {
    issuer.onMetadata = () => metadata(name);
    await tokenOf(issuer.client({ issuer: name }));
    expect(issuer.discoveries).toEqual([url]);
    expect(issuer.tokenRequests[0]!.url).toBe(`${name}/token`);
  });

  it.each([`${ISSUER}.evil`, `${ISSUER}/`, ISSUER.toUpperCase(), undefined])(
    'RFC 8414 §3.3: metadata of issuer %s is refused, and no secret is sent',
    async (name) => {
      issuer.onMetadata = () => Response.json({ issuer: name, token_endpoint: `${ISSUER}/token` });
      expect((await failureOf(issuer.client())).message).toContain(`"issuer" is set to "${ISSUER}"`);
      expect(issuer.tokenRequests).toEqual([]);
    },
  );

  it.each([undefined, 'token', 'http://issuer.example/token', 'http://localhost.example/token', 'ftp://issuer.example/token'])(
    'an endpoint of %s is refused, and no secret is sent',
    async (endpoint) => {
      issuer.onMetadata = () => Response.json({ issuer: ISSUER, token_endpoint: endpoint });
      expect(await failureOf(issuer.client())).toMatchObject({
        temporary: false,
        message: expect.stringContaining('token_endpoint') as string,
      });
      expect(issuer.tokenRequests).toEqual([]);
    },
  );

  // Seen failing without single flight (3 discoveries).
  it('is found once, however many tokens are asked for at the same time', async () => {
    const client = issuer.client();
    await Promise.all(['a', 'b', 'c'].map((scope) => client.getToken({ scope })));
    expect([issuer.discoveries.length, issuer.tokenRequests.length]).toEqual([1, 3]);
  });

  it('is found once a day, and an endpoint that is known stays while the metadata cannot be had', async () => {
    const client = issuer.client();
    for (let hour = 0; hour < 24; hour++, issuer.passSeconds(3600)) await tokenOf(client);
    expect(issuer.discoveries).toHaveLength(1);
    issuer.onMetadata = down;
    expect(await tokenOf(client)).toBe('token-25');
    expect(issuer.discoveries).toHaveLength(2);
  });

  it('an issuer that is in maintenance at discovery is left alone as long as it says', async () => {
    issuer.onMetadata = () => new Response('', { status: 503, headers: { 'retry-after': '60' } });
    const client = issuer.client();
    expect(await failureOf(client)).toMatchObject({ status: 503, retryAfterSeconds: 60 });
    issuer.passSeconds(59);
    await failureOf(client);
    expect(issuer.discoveries).toHaveLength(1);
  });

  it('is not looked up when it is given', async () => {
    await tokenOf(issuer.client({ tokenEndpoint: 'https://tokens.example/t' }));
    expect(issuer.discoveries).toEqual([]);
    expect(issuer.tokenRequests[0]!.url).toBe('https://tokens.example/t');
  });

  it('DEV-1: fetchFrom moves the requests to the issuer, not its name', async () => {
    await tokenOf(issuer.client({ fetchFrom: 'http://localhost:3000' }));
    expect(issuer.discoveries).toEqual(['http://localhost:3000/.well-known/oauth-authorization-server']);
    expect(issuer.tokenRequests[0]!.url).toBe('http://localhost:3000/oauth/token');
  });
});

describe('the options', () => {
  it.each<[string, Partial<Record<keyof M2MClientOptions, unknown>>]>([
    ['issuer is not set', { issuer: undefined }],
    ['issuer is not set', { issuer: 'issuer.example' }],
    ['issuer has a query', { issuer: `${ISSUER}?a=b` }],
    ['issuer has a query', { issuer: `${ISSUER}#a` }],
    ['over https only', { issuer: 'http://issuer.example' }],
    ['over https only', { issuer: 'http://127.0.0.1.example' }],
    ['over https only', { tokenEndpoint: 'http://tokens.example/t' }],
    ['over https only', { fetchFrom: 'http://issuer:3000' }],
    ['clientId is empty', { clientId: undefined }],
    ['clientId is empty', { clientId: '' }],
    ['auth is not set', { auth: undefined }],
    ['auth is not set', { auth: SECRET }],
  ])('TypeError "%s" for %j', (message, wrong) => {
    expect(() => issuer.client(wrong as Partial<M2MClientOptions>)).toThrow(new RegExp(message));
    expect(() => issuer.client(wrong as Partial<M2MClientOptions>)).toThrow(TypeError);
  });

  it.each([
    { issuer: 'http://localhost:3000' },
    { issuer: 'http://127.0.0.1' },
    { issuer: 'http://issuer.example', dangerouslyAllowHttp: true },
  ])('plain HTTP is taken for %j', (options) => {
    expect(issuer.client(options).issuer).toBe(options.issuer);
  });

  it('undefined options are those that were left out', async () => {
    const options = { timeoutMs: undefined, maxTokens: undefined, fetchFrom: undefined, onEvent: undefined };
    expect(await tokenOf(issuer.client(options as Partial<M2MClientOptions>))).toBe('token-1');
  });

  it('an authentication of one’s own adds headers and parameters, and replaces none of the grant', async () => {
    const auth: ClientAuthentication = {
      name: 'workload_token',
      authenticate: ({ clientId, issuer: name, tokenEndpoint, nowMs }) => ({
        headers: { 'x-workload': `${clientId} ${name} ${tokenEndpoint} ${nowMs}` },
        parameters: { client_assertion: 'platform-token', grant_type: 'password', scope: 'everything' },
      }),
    };
    await tokenOf(issuer.client({ auth }));
    const { form, headers } = issuer.tokenRequests[0]!;
    expect(Object.fromEntries(form)).toEqual({
      client_assertion: 'platform-token',
      grant_type: 'client_credentials',
      audience: API,
      scope: 'a b',
    });
    expect(headers.get('x-workload')).toBe(`sp_test ${ISSUER} ${ISSUER}/oauth/token ${issuer.epochMs}`);
  });
});
