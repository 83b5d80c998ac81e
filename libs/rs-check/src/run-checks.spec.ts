import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CHECKS } from './checks/index.js';
import { readObject } from './tokens/jws-parts.js';
import { REPORT_FORMATS } from './report/index.js';
import type { Report, Verdict } from './report/outcome.js';
import { runChecks, type RunOptions } from './run-checks.js';
import { SetupError } from './setup-error.js';
import type { Target } from './target.js';

const A_WHOLE_TOKEN = /eyJ[\w-]{20,}/;
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer({ maxHeaderSize: 512 * 1024 }, listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Attacks an API that is nothing but this listener, with an issuer of rs-check's own. */
async function attack(listener: RequestListener, options: Partial<RunOptions> = {}, fields: Partial<Target> = {}): Promise<Report> {
  const url = await listening(listener);
  const target: Target = { url, method: 'GET', headers: [], audience: url, scopes: [], revocationSeconds: 1, ...fields };
  return runChecks({ target, ownIssuerPort: 0, ...options });
}

const namesOf = ({ outcomes }: Report, verdict: Verdict): string[] =>
  outcomes.filter((outcome) => outcome.verdict === verdict).map(({ check }) => check.name);
const problemsOf = ({ outcomes }: Report): string[] =>
  outcomes.flatMap(({ trials }) => trials.flatMap(({ problem }) => problem?.text ?? []));
const tokenOf = ({ headers }: IncomingMessage): string => /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
const headerOf = (request: IncomingMessage): Record<string, unknown> | undefined => readObject(tokenOf(request).split('.')[0] ?? '');
const answer = (response: ServerResponse, status: number, challenge?: string): void => {
  response.writeHead(status, challenge === undefined ? {} : { 'www-authenticate': challenge }).end();
};

describe('every check can fail', () => {
  const ALL: Partial<Target> = { scopes: ['read:reports', 'read:things'], org: 'org_a' };
  /** What no API does wrong by letting everybody in; what they find is shown below. */
  const POSITIVE = ['typ-full-name', 'scheme-case', 'no-oracle', 'still-working'];
  const WITHOUT_REVOCATION = ['revoked', 'revoked-respelled'];

  it('at an API that lets everything in, all do that are about refusing', async () => {
    const foreignUrl = await listening((_request, response) => answer(response, 200));
    const report = await attack((_request, response) => answer(response, 200), {}, { ...ALL, foreignUrl });
    expect(namesOf(report, 'passed')).toEqual(POSITIVE);
    expect(namesOf(report, 'skipped')).toEqual(WITHOUT_REVOCATION);
    expect(namesOf(report, 'failed')).toEqual(CHECKS.names().filter((name) => ![...POSITIVE, ...WITHOUT_REVOCATION].includes(name)));
    const { severity } = report.outcomes.find(({ check }) => check.name === 'no-token')!;
    expect(severity).toBe('critical');
    for (const format of REPORT_FORMATS)
      expect(
        format
          .render(report)
          .split('\n')
          .filter((line) => A_WHOLE_TOKEN.test(line)),
      ).toEqual([]);
  });

  it('at an API that takes one spelling of typ and of the scheme only, those do that are about letting in', async () => {
    const only = ['typ-full-name', 'scheme-case'];
    const report = await attack((request, response) => answer(response, headerOf(request)?.['typ'] === 'at+jwt' ? 200 : 401), { only });
    expect(namesOf(report, 'failed')).toEqual(only);
    expect(report.outcomes.map(({ severity }) => severity)).toEqual(['low', 'low']);
  });

  it('no-oracle at an API that says what is wrong with a token', async () => {
    const listener: RequestListener = (request, response) => {
      const claims = readObject(tokenOf(request).split('.')[1] ?? '');
      const wrong = claims?.['aud'] === 'https://rs-check.invalid' ? 'aud' : headerOf(request)?.['typ'] === 'JWT' ? 'typ' : undefined;
      if (wrong === undefined) answer(response, 200);
      else answer(response, 401, `Bearer error="invalid_token", error_description="${wrong}"`);
    };
    const report = await attack(listener, { only: ['no-oracle'] });
    expect(problemsOf(report)).toEqual(['"another audience" is answered in other words than "another typ"']);
  });

  it('still-working at an API that refuses the good token in the end', async () => {
    let requests = 0;
    const report = await attack((_request, response) => answer(response, ++requests > 2 ? 401 : 200), { only: ['still-working'] });
    expect(report.outcomes).toMatchObject([{ verdict: 'failed', severity: 'high' }]);
  });

  it('remote-key at an API that asks the host that a token names, though it refuses the token', async () => {
    const judge = async (request: IncomingMessage): Promise<number> => {
      const place = headerOf(request)?.['jku'] ?? headerOf(request)?.['x5u'];
      if (typeof place !== 'string') return 200;
      await fetch(place);
      return 401;
    };
    const listener: RequestListener = async (request, response) => answer(response, await judge(request));
    const report = await attack(listener, { only: ['remote-key'] });
    expect(report.outcomes[0]).toMatchObject({ verdict: 'failed', severity: 'critical' });
    expect([...new Set(problemsOf(report))]).toEqual([
      'the API fetched /jwks.json from the host that the token names',
      'the API fetched /certificate.pem from the host that the token names',
    ]);
  });
});

describe('how an answer is judged', () => {
  const copies = (request: IncomingMessage): boolean => headerOf(request)?.['alg'] === 'RS256' && !tokenOf(request).endsWith('.');

  it.each([
    [500, 'crashed', 'medium', 'the API answered 500; expected 401, or 400'],
    [302, 'inexact', 'low', 'the API answered 302; expected 401, or 400'],
    [200, 'accepted', 'critical', 'the API answered 200: it let the request in; expected 401, or 400'],
  ])('%i to a hostile token is %s, %s', async (status, kind, severity, text) => {
    const report = await attack((request, response) => answer(response, copies(request) ? 200 : status), { only: ['alg-none'] });
    expect(report.outcomes).toMatchObject([{ verdict: 'failed', severity }]);
    expect(report.outcomes[0]?.trials[0]?.problem).toEqual({ kind, text });
  });

  it('a connection that is closed without an answer is a crash', async () => {
    const report = await attack((request, response) => (copies(request) ? answer(response, 200) : request.destroy()), {
      only: ['alg-none'],
    });
    expect(report.outcomes[0]?.trials[0]).toMatchObject({ problem: { kind: 'crashed' }, answer: { status: 0, failure: 'closed' } });
  });

  it('429 says nothing about tokens: the check is inconclusive', async () => {
    const report = await attack(
      (request, response) => (copies(request) ? answer(response, 200) : void response.writeHead(429, { 'retry-after': '0.01' }).end()),
      { only: ['alg-none'] },
    );
    expect(report.outcomes).toMatchObject([{ verdict: 'inconclusive', reason: 'alg "none", no signature: the API answered 429' }]);
  });

  it('an answer that takes longer than an attacker may cost is a crash', async () => {
    const slow = (request: IncomingMessage, response: ServerResponse): void => {
      const encrypted = tokenOf(request).split('.').length === 5;
      setTimeout(() => answer(response, encrypted ? 401 : 200), encrypted ? 2_100 : 0);
    };
    const report = await attack(slow, { only: ['encrypted'] });
    expect(report.outcomes).toMatchObject([{ verdict: 'failed', severity: 'medium' }]);
    expect(problemsOf(report)[0]).toMatch(/^the answer took \d+ ms; expected at most 2000 ms$/);
  }, 20_000);
});

describe('what the report tells', () => {
  it('never the data behind the API, and never a token that the API repeats', async () => {
    const report = await attack(
      (request, response) => {
        const refused = headerOf(request)?.['alg'] !== 'RS256';
        if (refused) response.writeHead(418, { 'www-authenticate': `Bearer token="${tokenOf(request)}"` });
        response.end(`secret data of ${tokenOf(request)}`);
      },
      { only: ['alg-none', 'signature-altered'] },
    );
    for (const format of REPORT_FORMATS)
      expect(
        format
          .render(report)
          .split('\n')
          .filter((line) => A_WHOLE_TOKEN.test(line)),
      ).toEqual([]);
    const text = REPORT_FORMATS.get('text').render(report);
    expect(text).toMatch(/came {6}418 · WWW-Authenticate: Bearer token="eyJ\S{9}\.\.\./);
    expect(text.match(/came {6}200\n/g)).toHaveLength(3);
  });
});

describe('what the API is sent', () => {
  it('is the operation as it was described: method, headers and body', async () => {
    const seen = new Set<string>();
    const listener: RequestListener = (request, response) => {
      void (async () => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        seen.add(`${request.method} ${request.headers['x-tenant']} ${request.headers['content-type']} ${body}`);
        answer(response, 200);
      })();
    };
    const headers = [['X-Tenant', 't1'] as const, ['Content-Type', 'application/json'] as const];
    await attack(listener, { only: ['alg-none'] }, { method: 'PUT', headers, body: '{"a":1}' });
    expect([...seen]).toEqual(['PUT t1 application/json {"a":1}']);
  });

  it('is a good token with the claims that were asked for', async () => {
    let claims: Record<string, unknown> | undefined;
    await attack(
      (request, response) => {
        claims ??= readObject(tokenOf(request).split('.')[1] ?? '');
        answer(response, 200);
      },
      { only: ['alg-none'], claims: { roles: ['admin'] }, issuer: 'https://issuer.example' },
      { org: 'org_a', scopes: ['a', 'b'] },
    );
    expect(claims).toMatchObject({ iss: 'https://issuer.example', org_id: 'org_a', scope: 'a b', roles: ['admin'] });
  });
});

describe('what cannot be run', () => {
  const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

  it.each([
    [401, 'Does the API trust exactly this issuer'],
    [403, 'Does the operation need other scopes'],
    [404, 'Is there something at --url'],
    [302, 'The API redirects'],
  ])('a good token that is answered %i stops everything, with a hint', async (status, hint) => {
    const error = await failure(attack((_request, response) => answer(response, status)));
    expect(error).toBeInstanceOf(SetupError);
    expect((error as Error).message).toContain(`came  ${status}`);
    expect((error as Error).message).toContain(hint);
  });

  it('an API that is not there', async () => {
    const error = await failure(attack(() => undefined, {}, { url: 'http://localhost:9/' }));
    expect((error as Error).message).toContain('no answer (unreachable, ECONNREFUSED)');
  });

  it('a copy of the good token that is refused: the API takes that one token and not the issuer', async () => {
    const known = new Set<string>();
    const error = await failure(
      attack((request, response) =>
        answer(response, known.size === 0 || known.has(tokenOf(request)) ? (known.add(tokenOf(request)), 200) : 401),
      ),
    );
    expect((error as Error).message).toContain('a copy of the good token that the own issuer signed');
  });

  it('waits for an API that is still starting', async () => {
    let requests = 0;
    const report = await attack((_request, response) => answer(response, ++requests === 1 ? 503 : 200), {
      only: ['typ-full-name'],
      waitSeconds: 5,
    });
    expect(namesOf(report, 'passed')).toEqual(['typ-full-name']);
  });
});
