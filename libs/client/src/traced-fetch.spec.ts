import { describe, expect, it, vi } from 'vitest';
import { continueTrace, startTrace, traceHeaders } from '@countersign/oauth';
import { clientSecret } from './client-secret.js';
import { M2MClient } from './m2m-client.js';

const trace = continueTrace({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'a=1' });
const { traceparent } = traceHeaders(trace);

function client(traceContext?: () => typeof trace | undefined) {
  const seen: [string, string | null, string | null][] = [];
  const fetch = vi.fn((input: string | URL | Request, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    seen.push([String(input), headers.get('traceparent'), headers.get('tracestate')]);
    return Promise.resolve(Response.json({ access_token: 'a', token_type: 'Bearer', expires_in: 300 }));
  });
  const made = new M2MClient({
    issuer: 'https://auth.example.com',
    tokenEndpoint: 'https://auth.example.com/oauth/token',
    clientId: 'sp_1',
    auth: clientSecret('csn_secret_x'),
    fetch: fetch as unknown as typeof globalThis.fetch,
    ...(traceContext && { traceContext }),
  });
  return { made, seen };
}

describe('traceContext of a client', () => {
  it('goes with the token request and with the call', async () => {
    const { made, seen } = client(() => trace);
    await made.fetch('https://api.example.com/x', { headers: { 'x-own': '1' } });
    expect(seen).toEqual([
      ['https://auth.example.com/oauth/token', traceparent, 'a=1'],
      ['https://api.example.com/x', traceparent, 'a=1'],
    ]);
  });

  it('is asked for each request, and a header of the caller stays', async () => {
    const own = traceHeaders(startTrace()).traceparent;
    let current: typeof trace | undefined;
    const { made, seen } = client(() => current);
    await made.fetch('https://api.example.com/1');
    current = trace;
    await made.fetch('https://api.example.com/2', { headers: { traceparent: own } });
    await made.fetch('https://api.example.com/3');
    expect(seen.map(([, header]) => header)).toEqual([null, null, own, traceparent]);
  });

  it('is nothing where the option is not used', async () => {
    const { made, seen } = client();
    await made.fetch('https://api.example.com/x');
    expect(seen.map(([, header]) => header)).toEqual([null, null]);
  });
});
