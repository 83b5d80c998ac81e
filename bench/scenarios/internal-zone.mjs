// The internal zone over kept mTLS connections: ES256 tokens per second beside those of the public listener, certificates per second.
import { X509Certificate } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { countersign } from '../contestants/countersign.mjs';
import { joinServices, send, TARGET } from '../contestants/internal-zone.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { node22 } from '../lib/processes.mjs';
import { formPost, jsonPost } from '../load/requests.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const TITLE = 'Internal zone';
/** A service may ask for 60 certificates in a minute, and takes a new one twice a day: so the load is many services, a few each. */
const CERTIFICATES_EACH = 30;
const SERVICES_AT_ONCE = 16;

export async function internalScenario(options, { say, chosen }) {
  const [contestant] = chosen([countersign]);
  if (!contestant) return { title: TITLE, workloads: [], comparisons: [] };
  const server = await contestant.start({ node: options.sameNode ? node22() : process.execPath });
  const tokens = await tokenWorkload(server, options, say);
  const certificates = await certificateWorkload(server, options, say);
  await server.stop();
  const [internal, external] = tokens.rows;
  const ratio = {
    what: 'ES256: internal, certificate on a kept connection ÷ public, secret',
    ours: internal.requestsPerSecond,
    theirs: external.requestsPerSecond,
    ...pairedRatio(internal.runs, external.runs),
  };
  return { title: TITLE, workloads: [tokens, certificates], comparisons: [ratio] };
}

/** What a service asks all the time, and the load for it. */
export function internalTarget(server, ca, service) {
  const url = `${server.internal.url}/oauth/token`;
  const form = { grant_type: 'client_credentials', client_id: service.id, ...TARGET };
  return { url, form, load: { url: server.internal.url, requests: [formPost(url, form)], tls: { ca, clients: [identityOf(service)] } } };
}

async function tokenWorkload(server, options, say) {
  const { ca, services } = await joinServices(server, 'tokens', 1);
  const target = internalTarget(server, ca, services[0]);
  await checkTokens(server, target, services[0], ca);
  const external = server.targets.ES256;
  const contestants = [
    { name: 'internal, tls_client_auth', load: target.load },
    { name: 'public, client_secret', load: { url: external.url, requests: external.requests } },
  ];
  for (const one of contestants) one.file = requestsFile(one.load.requests);
  const runs = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name, load, file } of orderOfRound(contestants, round)) {
      const { connections, warmupSeconds, seconds } = options;
      const job = { url: load.url, tls: load.tls, pid: server.pid, requestsFile: file, connections, warmupSeconds, seconds };
      const result = await runLoad(job);
      runs.get(name).push(result);
      say(`round ${round + 1} · tokens · ${name}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
    }
  }
  const rows = [...runs].map(([name, list]) => ({ name, ...summarise(list) }));
  return { title: 'ES256 tokens on kept connections', unit: 'tokens/s', rows };
}

async function certificateWorkload(server, options, say) {
  const runs = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const { ca, services } = await joinServices(server, `certificates-${round}`, SERVICES_AT_ONCE);
    const url = `${server.internal.url}/certificates`;
    if (round === 0) await checkCertificates(url, ca, services[0]);
    // The name comes from the connection's certificate, so one key for all changes nothing of the work.
    const result = await runLoad({
      url: server.internal.url,
      pid: server.pid,
      requestsFile: requestsFile([jsonPost(url, { certificate_request: services[0].csr })]),
      tls: { ca, clients: services.map(identityOf) },
      status: 201,
      connections: SERVICES_AT_ONCE,
      warmupSeconds: 0,
      count: SERVICES_AT_ONCE * CERTIFICATES_EACH,
    });
    runs.push(result);
    say(`round ${round + 1} · certificates: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
  }
  return { title: 'certificates renewed over mTLS', unit: 'certificates/s', rows: [{ name: countersign.name, ...summarise(runs) }] };
}

const identityOf = ({ cert, key }) => ({ cert, key });

/** Before it is measured: two right tokens that differ, and none without the certificate. */
async function checkTokens(server, { url, form }, service, ca) {
  const keys = createLocalJWKSet(JSON.parse((await send(`${server.internal.url}/.well-known/jwks.json`, { ca })).text));
  const ids = new Set();
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { status, text } = await send(url, { ca, client: service, form });
    if (status !== 200) throw new Error(`no internal token: ${status} ${text}`);
    const expected = {
      issuer: server.internal.url,
      audience: TARGET.audience,
      subject: service.name,
      algorithms: ['ES256'],
      typ: 'at+jwt',
    };
    const { payload } = await jwtVerify(JSON.parse(text).access_token, keys, expected);
    if (payload.cnf?.['x5t#S256'] !== service.thumbprint) throw new Error('the internal token is not bound to the certificate');
    if (payload.scope !== TARGET.scope || payload.exp - payload.iat !== 300) throw new Error(`another token: ${JSON.stringify(payload)}`);
    ids.add(payload.jti);
  }
  if (ids.size !== 2) throw new Error('one jti twice');
  const { status } = await send(url, { ca, form });
  if (status !== 401) throw new Error(`a token request without a certificate was answered ${status}`);
}

/** Before it is measured: a certificate of the service for the key of the request, and none without the old one. */
async function checkCertificates(url, ca, service) {
  const json = { certificate_request: service.csr };
  const { status, text } = await send(url, { ca, client: service, json });
  if (status !== 201) throw new Error(`no certificate: ${status} ${text}`);
  const [old, made] = [new X509Certificate(service.cert), new X509Certificate(JSON.parse(text).certificate)];
  const sameKey = made.publicKey.equals(old.publicKey);
  if (!sameKey || made.subjectAltName !== old.subjectAltName || made.serialNumber === old.serialNumber)
    throw new Error(`another certificate: ${made.toString()}`);
  const refused = await send(url, { ca, json });
  if (refused.status !== 401) throw new Error(`a renewal without a certificate was answered ${refused.status}`);
}
