import { X509Certificate } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { inHours, makeCertificate, type MadeCertificate } from '../support/certificates.js';
import {
  aCertifiedPrincipal,
  aClientCertificate,
  anAuthority,
  askToken,
  clientCert,
  pemOf,
  SAN,
  send,
  xfcc,
  type Received,
} from '../support/client-certificates.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import type { LaunchedServer } from '../support/launch.js';
import { call, tokenOf } from '../support/requests.js';
import { aService, type Service, type TlsClient } from '../support/service-certificates.js';

type Client = TlsClient & { der: Buffer };

/** All of 127.0.0.0/8 is this machine: one address of it is the proxy. */
const PROXY = '127.0.0.9';

let server: TestServer;
let operator: Operator;
let orgs: readonly [string, string];
let root: MadeCertificate;
let principal: PrincipalMade;
let client: Client;
let service: Service;
/** What the audit must know when all is over. */
const reasons = new Map<string, string[]>();

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  orgs = [(await operator.anOrg()).id, (await operator.anOrg()).id];
  root = await anAuthority();
  principal = await aCertifiedPrincipal(operator, orgs[0], pemOf(root));
  client = await aClientCertificate(root);
  service = await aService(server, operator, server.internalUrl, 'billing');
});
afterAll(() => server.stop());

function expectAudit(action: string, ...found: string[]): void {
  reasons.set(action, [...(reasons.get(action) ?? []), ...found]);
}

/** Section 25.1 TE-14. */
async function refused(clientId: string, shown: TlsClient, reason: string): Promise<void> {
  expect(await askToken(server, clientId, { client: shown }), reason).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  expectAudit('client.authentication_failed', reason);
}

describe('attack 52: a certificate that proves nobody', () => {
  // Seen to fail with each check that is named taken out of tenant-certificate.policy.ts, one after the other.
  it('401 for one that is expired, not valid yet, weak, an authority itself, for servers only, or without the name', async () => {
    expect((await askToken(server, principal.id, { client })).status).toBe(200);
    const rows: [string, Client][] = [
      ['certificate_expired', await aClientCertificate(root, { notBefore: inHours(-3), notAfter: inHours(-1) })],
      ['certificate_not_yet_valid', await aClientCertificate(root, { notBefore: inHours(1) })],
      ['certificate_leaf_is_an_authority', await aClientCertificate(root, { ca: true, keyUsage: 1 | 32 })],
      ['certificate_extended_key_usage', await aClientCertificate(root, { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] })],
      ['certificate_key_usage', await aClientCertificate(root, { keyUsage: 8 })],
      ['certificate_name', await aClientCertificate(root, { otherNames: [{ type: 'dns', value: `x.${SAN}` }] })],
      ['certificate_name', await aClientCertificate(root, { otherNames: [{ type: 'dns', value: '*.acme.example' }] })],
      ['certificate_name', await aClientCertificate(root, { otherNames: [{ type: 'email', value: SAN }] })],
      ['certificate_name', await aClientCertificate(root, { otherNames: [], subject: `CN=${SAN}` })],
      ['certificate_name', await aClientCertificate(root, { otherNames: [], uris: [SAN, `https://${SAN}`] })],
    ];
    for (const [reason, shown] of rows) await refused(principal.id, shown, reason);
  });

  // Seen to fail when signatures are not verified, and when whoever signed need not be an authority.
  it('401 for one of another authority: of nobody, of itself, of one with the same name, of one that is none', async () => {
    const twin = await anAuthority();
    const leafAsSigner = await makeCertificate({ signer: root, keyUsage: null, otherNames: [{ type: 'dns', value: SAN }] });
    const rows: [string, Client][] = [
      ['certificate_untrusted', await aClientCertificate(await anAuthority({ subject: 'CN=Nobody' }))],
      ['certificate_untrusted', await aClientCertificate(undefined)],
      ['certificate_untrusted', await aClientCertificate(twin)],
      ['certificate_untrusted', await aClientCertificate(twin, {}, [root])],
      ['certificate_not_an_authority', await aClientCertificate(leafAsSigner, {}, [leafAsSigner])],
    ];
    for (const [reason, shown] of rows) await refused(principal.id, shown, reason);
  });

  it('200 over an intermediate that is sent along, and 401 over one that signs for servers only, or where it is missing', async () => {
    const intermediate = await anAuthority({ signer: root, subject: 'CN=Acme Issuing', pathLength: 0 });
    const forServers = await anAuthority({ signer: root, subject: 'CN=Acme Web', extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] });
    expect((await askToken(server, principal.id, { client: await aClientCertificate(intermediate, {}, [intermediate]) })).status).toBe(200);
    await refused(principal.id, await aClientCertificate(intermediate), 'certificate_untrusted');
    await refused(principal.id, await aClientCertificate(forServers, {}, [forServers]), 'certificate_extended_key_usage');
  });

  it('200 for one of several names, and for a DNS name in other capitals', async () => {
    const names = [
      { type: 'dns' as const, value: 'other.acme.example' },
      { type: 'dns' as const, value: SAN.toUpperCase() },
      { type: 'email' as const, value: 'x@acme.example' },
    ];
    expect((await askToken(server, principal.id, { client: await aClientCertificate(root, { otherNames: names }) })).status).toBe(200);
  });
});

describe('an authority vouches for the clients of its organization only', () => {
  // Seen to fail when the path is looked for among the anchors of all clients.
  it('401 for a certificate of the authority of another organization, with the same names in both', async () => {
    const theirs = await anAuthority();
    const other = await aCertifiedPrincipal(operator, orgs[1], pemOf(theirs));
    const forged = await aClientCertificate(theirs);
    expect((await askToken(server, other.id, { client: forged })).status).toBe(200);
    await refused(principal.id, forged, 'certificate_untrusted');
    await refused(other.id, client, 'certificate_untrusted');
  });

  // Seen to fail when a certificate that names a microservice is taken like any other.
  it('401 for a certificate of a microservice, even where a tenant registered our own authority as its anchor', async () => {
    await refused(principal.id, service, 'certificate_untrusted');
    const issuer = new X509Certificate(service.cert).issuer;
    const [authority] = await server.sql<{ certificate: Buffer }>('SELECT certificate FROM certificate_authorities');
    const ours = { der: authority!.certificate };
    expect(new X509Certificate(ours.der).subject).toBe(issuer);
    const spiffe = new X509Certificate(service.cert).subjectAltName!.replace('URI:', '');
    const thief = await aCertifiedPrincipal(operator, orgs[1], pemOf(ours), { tls_client_auth_san: spiffe });
    await refused(thief.id, service, 'certificate_of_a_microservice');
    // What is sent along must not hide what the leaf is.
    const chain = await Promise.all(Array.from({ length: 4 }, () => anAuthority({ subject: 'CN=Unrelated' })));
    await refused(thief.id, { ...service, cert: `${service.cert}\n${pemOf(...chain)}` }, 'certificate_of_a_microservice');
  });

  it('401 for a certificate of a tenant in the internal zone, whatever it says of itself', async () => {
    const spiffe = new X509Certificate(service.cert).subjectAltName!.replace('URI:', '');
    const rows = [client, await aClientCertificate(root, { uris: [spiffe], otherNames: [], subject: `CN=${service.id}` })];
    for (const shown of rows) {
      const form = { audience: 'export' };
      const answer = await askToken(server, service.id, { base: server.internalUrl, client: shown, form });
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
    const inside = await askToken(server, principal.id, { base: server.internalUrl, client });
    expect(inside).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expectAudit('client.authentication_failed', 'certificate_no_uri_san', 'certificate_untrusted');
  });

  // Seen to fail when the credential of a token is the thumbprint of the anchor itself.
  it('who registers the authority of somebody else and takes it back revokes none of their tokens', async () => {
    const { body } = await askToken(server, principal.id, { client });
    const token = String(body['access_token']);
    const [mine, spare] = [await anAuthority({ subject: 'CN=Mine' }), await anAuthority({ subject: 'CN=Spare' })];
    const attacker = await aCertifiedPrincipal(operator, orgs[1], pemOf(root, mine));
    const path = `${server.url}/v1/orgs/${orgs[1]}/service-principals/${attacker.id}`;
    expect((await call('PATCH', path, operator.token, { tls_client_auth_ca: pemOf(mine, spare) })).status).toBe(200);
    expect((await read(token, client)).status).toBe(200);
  });
});

const read = (token: string, shown?: TlsClient): Promise<Received> =>
  send(server, `${server.mtlsUrl}/analytics/v1/metrics?metric=events`, { token, client: shown });

describe('MTLS-8: a certificate in a header', () => {
  let behindProxy: LaunchedServer;
  let behindEnvoy: LaunchedServer;
  beforeAll(async () => {
    const settings = { TRUSTED_PROXIES: `${PROXY}/32` };
    behindProxy = await server.replica({ ...settings, FORWARDED_CLIENT_CERTIFICATE: 'rfc9440' });
    behindEnvoy = await server.replica({ ...settings, FORWARDED_CLIENT_CERTIFICATE: 'xfcc' });
  });

  const headersOf = (shown: Client): [string, string][] => [
    ['Client-Cert', clientCert(shown)],
    ['client-cert-chain', clientCert({ der: root.der })],
    ['X-Forwarded-Client-Cert', xfcc(shown)],
  ];

  // Seen to fail when the address of the peer is not looked at.
  it('400 from a peer that is no trusted proxy, at every endpoint and listener, whatever the setting', async () => {
    const { client_id, client_secret } = server.orgs[0].service_principals[0]!;
    const token = await tokenOf(server.url, server.orgs[0].service_principals[0]!);
    for (const base of [server.url, server.mtlsUrl, behindProxy.url, behindEnvoy.url])
      for (const header of headersOf(client)) {
        const headers = [header];
        const form = { client_id, client_secret, token: 'x' };
        const oauth = { status: 400, body: { error: 'invalid_request' } };
        expect(await askToken(server, principal.id, { base, headers }), `${base} ${header[0]}`).toMatchObject(oauth);
        expect(await askToken(server, client_id, { base, headers, form: { client_secret } })).toMatchObject(oauth);
        expect(await send(server, `${base}/oauth/revoke`, { headers, form })).toMatchObject(oauth);
        const api = await send(server, `${base}/analytics/v1/customers`, { headers, token });
        expect(api).toMatchObject({ status: 400, body: { code: 'malformed_request' } });
      }
    const certificates = await send(server, `${server.internalUrl}/certificates`, {
      headers: headersOf(client).slice(0, 1),
      client: service,
    });
    expect(certificates.status).toBe(400);
    expectAudit('client_certificate.refused', 'certificate_header_from_untrusted_peer');
  });

  it('400 for a header beside the certificate of the connection', async () => {
    const other = await aClientCertificate(root);
    expect((await askToken(server, principal.id, { client, headers: [['client-cert', clientCert(other)]] })).status).toBe(400);
    const fromProxy = await askToken(server, principal.id, {
      base: behindProxy.mtlsUrl,
      from: PROXY,
      client,
      headers: [['client-cert', clientCert(other)]],
    });
    expect(fromProxy).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expectAudit('client_certificate.refused', 'certificate_twice');
  });

  it('the certificate of a proxy itself is nobody', async () => {
    const answer = await askToken(server, principal.id, { base: behindProxy.mtlsUrl, from: PROXY, client });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('200 from the trusted proxy: it authenticates and binds, at the token endpoint and at the guard', async () => {
    const cases = [
      [behindProxy, [['client-cert', clientCert(client)]]],
      [
        behindProxy,
        [
          ['client-cert', clientCert(client)],
          ['client-cert-chain', clientCert({ der: root.der })],
        ],
      ],
      [behindEnvoy, [['x-forwarded-client-cert', xfcc(client)]]],
    ] as const;
    for (const [{ url: base }, headers] of cases) {
      const { status, body } = await askToken(server, principal.id, { base, headers, from: PROXY });
      expect(status).toBe(200);
      const token = String(body['access_token']);
      expect(decodeJwt(token)['cnf']).toHaveProperty('x5t#S256');
      const api = `${base}/analytics/v1/metrics?metric=events`;
      expect((await send(server, api, { token, headers, from: PROXY })).status).toBe(200);
      // Over the connection itself it is the same certificate.
      expect((await read(token, client)).status).toBe(200);
      expect((await send(server, api, { token, from: PROXY })).status).toBe(401);
      const other = await aClientCertificate(root);
      const stolen = base === behindEnvoy.url ? ['x-forwarded-client-cert', xfcc(other)] : ['client-cert', clientCert(other)];
      expect((await send(server, api, { token, headers: [stolen as [string, string]], from: PROXY })).status).toBe(401);
    }
  });

  it('a chain that the proxy forwards leads over an intermediate', async () => {
    const intermediate = await anAuthority({ signer: root, subject: 'CN=Acme Issuing' });
    const deep = await aClientCertificate(intermediate, {}, [intermediate]);
    const chain: [string, string] = ['client-cert-chain', `${clientCert(intermediate)}, ${clientCert(root)}`];
    const ask = (base: string, headers: [string, string][]): Promise<Received> =>
      askToken(server, principal.id, { base, headers, from: PROXY });
    expect((await ask(behindProxy.url, [['client-cert', clientCert(deep)], chain])).status).toBe(200);
    expect((await ask(behindEnvoy.url, [['x-forwarded-client-cert', xfcc(deep)]])).status).toBe(200);
  });

  it('400 from the trusted proxy for several values, several elements and whatever is not in the form', async () => {
    const good = clientCert(client);
    const pem = encodeURIComponent(pemOf(client));
    const rfc9440: [string, string][][] = [
      [
        ['client-cert', good],
        ['client-cert', good],
      ],
      [['client-cert', `${good}, ${good}`]],
      [['client-cert', `${good};a=1`]],
      [['client-cert', good.slice(1, -1)]],
      [['client-cert', pem]],
      [['client-cert', ':AAAA:']],
      [['client-cert', `:${Buffer.concat([client.der, Buffer.from([0])]).toString('base64')}:`]],
      [['client-cert', '']],
      [['client-cert-chain', good]],
      [
        ['client-cert', good],
        ['client-cert-chain', good],
        ['client-cert-chain', good],
      ],
    ];
    const envoy: [string, string][][] = [
      [
        ['x-forwarded-client-cert', xfcc(client)],
        ['x-forwarded-client-cert', xfcc(client)],
      ],
      [['x-forwarded-client-cert', `${xfcc(client)},${xfcc(client)}`]],
      [['x-forwarded-client-cert', xfcc(client, `;Cert="${pem}"`)]],
      [['x-forwarded-client-cert', xfcc(client, `;Hash=${'0'.repeat(64)}`)]],
      [['x-forwarded-client-cert', 'Hash=abc;Subject="CN=x";URI=spiffe://test.example/billing']],
      [['x-forwarded-client-cert', `Cert="${pem}`]],
      [['x-forwarded-client-cert', `Cert="${pem}%0A-----BEGIN%20X"`]],
      [['x-forwarded-client-cert', 'Cert="%E0%A4%A"']],
      [['x-forwarded-client-cert', '']],
    ];
    for (const [base, rows] of [
      [behindProxy.url, rfc9440],
      [behindEnvoy.url, envoy],
    ] as const)
      for (const headers of rows)
        expect(await askToken(server, principal.id, { base, headers, from: PROXY }), JSON.stringify(headers).slice(0, 200)).toMatchObject({
          status: 400,
          body: { error: 'invalid_request' },
        });
    expectAudit('client_certificate.refused', 'certificate_header_repeated', 'certificate_header_malformed');
  });

  it('the header of another kind is not read, and in the internal zone none is', async () => {
    const other = await askToken(server, principal.id, {
      base: behindEnvoy.url,
      headers: [['client-cert', clientCert(client)]],
      from: PROXY,
    });
    expect(other).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const shown = { cert: service.cert, der: new X509Certificate(service.cert).raw };
    const headers = [['client-cert', clientCert(shown)]] as const;
    const form = { audience: 'export' };
    const inside = await askToken(server, service.id, { base: behindProxy.internalUrl, headers, form, from: PROXY });
    expect(inside).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('in the internal zone it counts where the setting says so', async () => {
    const inside = await server.replica({
      TRUSTED_PROXIES: `${PROXY}/32`,
      FORWARDED_CLIENT_CERTIFICATE: 'rfc9440',
      FORWARDED_CLIENT_CERTIFICATE_ZONES: 'internal',
    });
    await operator.create('/v1/call-policies', { caller: 'billing', target: 'export', scopes: ['start:export'], org_mode: 'any' });
    const shown = { cert: service.cert, der: new X509Certificate(service.cert).raw };
    const headers = [['client-cert', clientCert(shown)]] as const;
    const form = { audience: 'export' };
    expect((await askToken(server, service.id, { base: inside.internalUrl, headers, form, from: PROXY })).status).toBe(200);
    const outside = await askToken(server, principal.id, { base: inside.url, headers: [['client-cert', clientCert(client)]], from: PROXY });
    expect(outside.status).toBe(401);
  });

  it('each refusal is in the audit log with its reason, and nothing was a 500', async () => {
    await Promise.all([server.process, behindProxy.process, behindEnvoy.process].map((process) => process.stop()));
    for (const [action, expected] of reasons) {
      const rows = await server.sql<{ reason_code: string }>(
        `SELECT DISTINCT reason_code FROM audit_events WHERE action = $1 AND result = 'failure' AND ip IS NOT NULL`,
        [action],
      );
      expect(rows.map(({ reason_code }) => reason_code)).toEqual(expect.arrayContaining([...new Set(expected)]));
    }
    for (const { log } of [server.process, behindProxy.process, behindEnvoy.process]) expect(log).not.toContain('request.failed');
  });
});
