import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { createServer as createPlainServer } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inHours, makeCertificate, type MadeCertificate } from '../../../test/support/certificates.js';
import { keyInPem } from '../../../test/support/service-certificates.js';
import { LocalJwks, ResourceRequestRefused, ResourceServer } from './index.js';
import { keysProvenBy } from './proven-keys.js';

const AUDIENCE = 'https://api.example/billing';

interface Shown {
  readonly cert: string;
  readonly key: string;
  readonly thumbprint: string;
}

let issuer: TestIssuer;
let api: ResourceServer;
let client: Shown;
let other: Shown;
let port: number;
let stop: () => void;

async function shown(certificate: MadeCertificate): Promise<Shown> {
  const { fingerprint256, raw } = new X509Certificate(certificate.der);
  const thumbprint = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  return { cert: new X509Certificate(raw).toString(), key: await keyInPem(certificate.keys), thumbprint };
}

beforeAll(async () => {
  issuer = await testIssuer({ audience: AUDIENCE });
  api = new ResourceServer({ issuer: issuer.issuer, audience: AUDIENCE, keys: await LocalJwks.from(issuer.jwks) });
  client = await shown(await makeCertificate({ notAfter: inHours(1) }));
  other = await shown(await makeCertificate());
  const { cert, key } = await shown(await makeCertificate());
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (incoming, response) => {
    api.authorize(incoming, { scopes: ['read:x'], operation: 'x' }).then(
      () => response.writeHead(200).end(),
      (error: unknown) => response.writeHead(error instanceof ResourceRequestRefused ? error.status : 500).end(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
  stop = () => void server.close();
});
afterAll(() => stop());

const boundTo = (thumbprint: string, more: object = {}): Promise<string> =>
  issuer.tokenFor({ scopes: ['read:x'], claims: { cnf: { 'x5t#S256': thumbprint, ...more } } });

async function statusFor(token: string, identity?: Shown, agent?: Agent): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const { cert, key } = identity ?? {};
  const sent = request({ port, headers, rejectUnauthorized: false, agent: agent ?? false, ...(cert && key && { cert, key }) });
  const [response] = (await once(sent.end(), 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe('section 13 MTLS-5: a token that is bound to a certificate', () => {
  it('200 over a connection that shows the certificate, new and remembered', async () => {
    const token = await boundTo(client.thumbprint);
    expect([await statusFor(token, client), await statusFor(token, client)]).toEqual([200, 200]);
  });

  it('401 without a certificate and with another one, although the signature is remembered', async () => {
    const token = await boundTo(client.thumbprint);
    expect(await statusFor(token, client)).toBe(200);
    expect([await statusFor(token), await statusFor(token, other)]).toEqual([401, 401]);
  });

  it('401 when it is bound to more than the connection proves', async () => {
    expect(await statusFor(await boundTo(client.thumbprint, { jkt: 'x' }), client)).toBe(401);
  });

  it('200 for a token that is bound to nothing, with or without a certificate', async () => {
    const token = await issuer.tokenFor({ scopes: ['read:x'] });
    expect([await statusFor(token), await statusFor(token, client)]).toEqual([200, 200]);
  });

  it('MTLS-10: 401 once the certificate has expired, on the connection that was opened before', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const token = await boundTo(client.thumbprint);
    expect(await statusFor(token, client, agent)).toBe(200);
    const later = Date.now() + 3_601_000;
    const fresh = await issuer.tokenFor({
      scopes: ['read:x'],
      claims: { cnf: { 'x5t#S256': client.thumbprint }, iat: later / 1000, exp: later / 1000 + 60 },
    });
    vi.spyOn(Date, 'now').mockReturnValue(later);
    try {
      expect(await statusFor(fresh, client, agent)).toBe(401);
    } finally {
      vi.restoreAllMocks();
      agent.destroy();
    }
  });
});

describe('a connection without TLS', () => {
  it('proves nothing', async () => {
    const server = createPlainServer((incoming, response) => response.end(JSON.stringify(keysProvenBy(incoming))));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await answer.json()).toEqual({});
    server.close();
  });

  it('and no connection at all prove nothing', () => {
    expect([keysProvenBy({}), keysProvenBy({ socket: null }), keysProvenBy({ socket: {} })]).toEqual([{}, {}, {}]);
  });
});
