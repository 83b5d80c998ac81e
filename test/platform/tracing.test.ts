import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTrace, traceHeaders } from '@countersign/oauth';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aFederatedPrincipal, aTrustedIssuer, audienceOf, JWT_BEARER } from '../support/federation.js';
import { requestInternalToken, tlsRequest } from '../support/internal-zone.js';
import { call, postForm } from '../support/requests.js';
import { aCallChain, aShopper, passOn, type CallChain, type PassedOn } from '../support/token-exchange.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';

type Line = Record<string, unknown>;

/** What an OTLP collector receives (opentelemetry-proto, JSON mapping). */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
}

const SERVER = 2;
const CLIENT = 3;

class Collector {
  readonly spans: OtlpSpan[] = [];
  readonly resources: string[] = [];
  /** All that came, as it came. */
  text = '';

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async start(): Promise<Collector> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/v1/traces') collector.take(Buffer.concat(chunks).toString());
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const collector: Collector = new Collector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    return collector;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  of(traceId: string): OtlpSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  private take(text: string): void {
    this.text += text;
    const { resourceSpans } = JSON.parse(text) as {
      resourceSpans: { resource: { attributes: OtlpSpan['attributes'] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resources.push(...resource.attributes.map(({ key, value }) => `${key}=${String(value['stringValue'])}`));
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
  }
}

function attributesOf({ attributes }: OtlpSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

const aTrace = (): { traceId: string; spanId: string; header: string } => {
  const trace = { ...startTrace(), isSampled: true };
  return { traceId: trace.traceId, spanId: trace.spanId, header: traceHeaders(trace).traceparent };
};

/** The lines of a server's log that are JSON. */
function linesOf(server: TestServer, ...having: [string, unknown][]): Line[] {
  return server.process.log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => having.every(([name, value]) => line[name] === value));
}

async function lineOf(server: TestServer, ...having: [string, unknown][]): Promise<Line> {
  await expect.poll(() => linesOf(server, ...having).length, { timeout: 5_000 }).toBeGreaterThan(0);
  return linesOf(server, ...having)[0]!;
}

async function startExport(server: TestServer, token: string, headers: Record<string, string>): Promise<number> {
  return (
    await tlsRequest(server, `${server.internalUrl}/internal/export/start`, {
      method: 'POST',
      token,
      headers,
      body: { from: '2026-01-01' },
    })
  ).status;
}

describe('who calls whom', () => {
  let server: TestServer;
  let operator: Operator;
  let chain: CallChain;
  let passed: PassedOn;

  beforeAll(async () => {
    server = await startTestServer({ LOG_LEVEL: 'info' });
    operator = await Operator.of(server);
    chain = await aCallChain(operator);
    passed = await passOn(server, chain, await aShopper(operator, chain, server.orgs[0].id));
  });
  afterAll(() => server.stop());

  it('is in the log line of a call between services, with the trace of the caller', async () => {
    const { traceId, spanId, header } = aTrace();
    expect(await startExport(server, passed.last, { traceparent: header })).toBeLessThan(300);
    const line = await lineOf(server, ['trace_id', traceId], ['msg', 'request']);
    expect(line).toMatchObject({
      zone: 'internal',
      caller_service: 'billing',
      target_service: 'export',
      operation: 'ExportsController.start',
      org_id: server.orgs[0].id,
      client_id: chain.billing.id,
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    expect(line['span_id']).not.toBe(spanId);
  });

  it('is in the log line of the token endpoint, and of a refusal', async () => {
    const [issued, refused] = [aTrace(), aTrace()];
    await traced(server, chain, issued.header, { audience: 'export' });
    expect(await lineOf(server, ['trace_id', issued.traceId], ['msg', 'request'])).toMatchObject({
      caller_service: 'billing',
      target_service: 'export',
      operation: 'TokenController.token',
    });
    expect(await startExport(server, passed.middle, { traceparent: refused.header })).toBe(401);
    expect(await lineOf(server, ['trace_id', refused.traceId], ['msg', 'request.refused'])).toMatchObject({
      operation: 'ExportsController.start',
      reason: 'audience',
    });
  });

  it('names the trace in audit events where the caller sent one, and answers with our part of it', async () => {
    const { traceId, header } = aTrace();
    const answer = await call('POST', `${server.url}/v1/orgs`, operator.token, { name: 'Traced' }, { traceparent: header });
    expect(answer.headers.get('traceresponse')).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    const events = await server.sql<{ action: string; trace_id: string }>('SELECT action, trace_id FROM audit_events WHERE trace_id = $1', [
      traceId,
    ]);
    expect(events).toEqual([{ action: 'org.created', trace_id: traceId }]);
    const silent = await call('POST', `${server.url}/v1/orgs`, operator.token, { name: 'Not traced' });
    expect(silent.headers.get('traceresponse')).toBeNull();
  });

  it.each([
    ['none', {}],
    ['a malformed one', { traceparent: '00-XYZ-1-01' }],
    ['zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['a forged line', { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, x' }],
  ])('begins a trace of its own for %s', async (_, headers: Record<string, string>) => {
    const answer = await call('GET', `${server.url}/v1/orgs`, operator.token, undefined, headers);
    const line = await lineOf(server, ['request_id', answer.headers.get('x-request-id')]);
    expect(line['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    expect(line['trace_id']).not.toMatch(/^(0+|4bf92f3577b34da6a3ce929d0e0e4736)$/);
    expect(answer.headers.get('traceresponse')).toBeNull();
  });
});

describe('OpenTelemetry, switched on', () => {
  let collector: Collector;
  let server: TestServer;
  let operator: Operator;
  let chain: CallChain;
  let passed: PassedOn;

  beforeAll(async () => {
    collector = await Collector.start();
    server = await startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'countersign-test' });
    operator = await Operator.of(server);
    chain = await aCallChain(operator);
    passed = await passOn(server, chain, await aShopper(operator, chain, server.orgs[0].id));
  });
  afterAll(async () => {
    await server.stop();
    collector.stop();
  });

  it('makes a server span of each request: a child of the caller, named after the operation, with who calls whom', async () => {
    const { traceId, spanId, header } = aTrace();
    expect(await startExport(server, passed.last, { traceparent: header })).toBeLessThan(300);
    await expect.poll(() => collector.of(traceId).length, { timeout: 10_000 }).toBe(1);
    const [span] = collector.of(traceId);
    expect(span).toMatchObject({ name: 'ExportsController.start', kind: SERVER, parentSpanId: spanId });
    expect(attributesOf(span!)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/internal/export/start',
      'countersign.zone': 'internal',
      'countersign.caller_service': 'billing',
      'countersign.target_service': 'export',
      'countersign.operation': 'ExportsController.start',
      'countersign.org_id': server.orgs[0].id,
      'countersign.client_id': chain.billing.id,
    });
    expect(collector.resources).toContain('service.name=countersign-test');
  });

  it('makes a client span of an outbound request, and sends the trace with it', async () => {
    const issuer = await WorkloadIssuer.start();
    const sent: unknown[] = [];
    issuer.onRequest = (request, response) => {
      sent.push(request.headers['traceparent']);
      issuer.serve(request, response);
    };
    const { id: orgId } = await operator.anOrg();
    const principal = await aFederatedPrincipal(operator, orgId);
    const claims = { repository_id: '74', repository_owner_id: '65', environment: 'production', ref: 'refs/heads/main' };
    await aTrustedIssuer(operator, orgId, { issuer: issuer.url, rules: [{ claims, principal: principal.id }] });
    const { traceId, header } = aTrace();
    const assertion = await issuer.gitHub(audienceOf(server.url, orgId));
    const answer = await postForm(`${server.url}/oauth/token`, { grant_type: JWT_BEARER, assertion }, { traceparent: header });
    expect(answer.status).toBe(200);
    await expect.poll(() => collector.of(traceId).filter(({ kind }) => kind === CLIENT).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(() => collector.of(traceId).filter(({ kind }) => kind === SERVER).length, { timeout: 10_000 }).toBe(1);
    const [span] = collector.of(traceId).filter(({ kind }) => kind === SERVER);
    for (const client of collector.of(traceId).filter(({ kind }) => kind === CLIENT)) {
      expect(client).toMatchObject({ name: 'GET localhost', parentSpanId: span?.spanId });
      expect(sent).toContain(`00-${traceId}-${client.spanId}-01`);
    }
    await issuer.stop();
  });

  it('does not export what its caller does not sample', async () => {
    const { traceId, header } = aTrace();
    await startExport(server, passed.last, { traceparent: header.replace(/01$/, '00') });
    const later = aTrace();
    await startExport(server, passed.last, { traceparent: later.header });
    await expect.poll(() => collector.of(later.traceId).length, { timeout: 10_000 }).toBe(1);
    expect(collector.of(traceId)).toEqual([]);
  });

  // Seen to fail when the flag of every caller counts.
  it('exports what a stranger on the public listener says is not sampled, in the trace that it named', async () => {
    const { traceId, spanId, header } = aTrace();
    const hidden = { traceparent: header.replace(/01$/, '00') };
    expect((await postForm(`${server.url}/oauth/token`, { grant_type: 'client_credentials' }, hidden)).status).toBe(401);
    await expect.poll(() => collector.of(traceId), { timeout: 10_000 }).toMatchObject([{ kind: SERVER, parentSpanId: spanId }]);
  });

  it('tells the collector no token, secret, assertion or query', async () => {
    await call('GET', `${server.url}/v1/orgs?cursor=canary-of-the-query&access_token=${passed.external}`, operator.token);
    await traced(server, chain, aTrace().header, { audience: 'export', scope: 'canary-of-the-scope' });
    const last = aTrace();
    await startExport(server, passed.last, { traceparent: last.header });
    await expect.poll(() => collector.of(last.traceId).length, { timeout: 10_000 }).toBe(1);
    expect(collector.text.length).toBeGreaterThan(1_000);
    for (const secret of [operator.token, passed.external, passed.middle, passed.last]) {
      expect(collector.text).not.toContain(secret);
      expect(collector.text).not.toContain(secret.split('.')[2]);
    }
    expect(collector.text).not.toMatch(/canary|csn_secret|eyJ/);
  });
});

/** A token request of billing that belongs to a trace. */
async function traced(server: TestServer, { billing }: CallChain, header: string, parameters: Record<string, string>): Promise<void> {
  await requestInternalToken(server, billing, parameters, server.internalUrl, { traceparent: header });
}
