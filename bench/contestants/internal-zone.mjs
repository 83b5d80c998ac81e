// Microservices with certificates in the product's internal zone, and requests that they send.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { create, requestToken } from './countersign.mjs';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const SETUP_AT_ONCE = 4;
/** Saasalytics has it. */
export const TARGET = { audience: 'export', scope: 'start:export' };

/**
 * @param server of startCountersign
 * @returns {Promise<{ca: string, services: Service[]}>} each may call `TARGET`; a Service has id, name, cert, key and csr
 */
export async function joinServices(server, prefix, count) {
  const operator = await requestToken(server.base, server.demo.operator);
  const ca = readFileSync(server.internal.caFile, 'utf8');
  const services = [];
  const worker = async () => {
    while (services.length < count) {
      const at = services.push(undefined) - 1;
      services[at] = await joinService(server, operator, ca, `${prefix}-${at}`);
    }
  };
  await Promise.all(Array.from({ length: SETUP_AT_ONCE }, worker));
  return { ca, services };
}

async function joinService({ base, internal }, operator, ca, name) {
  const make = (path, body) => create(base, operator, path, body);
  const { id } = await make('/v1/microservices', { name, auth_method: 'tls_client_auth' });
  await make('/v1/call-policies', { caller: name, target: TARGET.audience, scopes: [TARGET.scope], org_mode: 'any' });
  const { join_token } = await make(`/v1/microservices/${id}/join-tokens`, {});
  const { key, csr } = await certificateRequest();
  const answer = await send(`${internal.url}/certificates`, { ca, json: { certificate_request: csr, join_token } });
  if (answer.status !== 201) throw new Error(`${name} got no certificate: ${answer.status} ${answer.text}`);
  const cert = JSON.parse(answer.text).certificate;
  return { id, name, cert, key, csr, thumbprint: thumbprintOf(cert) };
}

async function certificateRequest() {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=bench', keys, signingAlgorithm: P256 });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { csr: made.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` };
}

const thumbprintOf = (pem) => Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');

/** One request on a connection of its own. */
export function send(url, { ca, client, form, json }) {
  const body = form ? new URLSearchParams(form).toString() : json && JSON.stringify(json);
  const headers = body && { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' };
  const identity = client && { cert: client.cert, key: client.key };
  return new Promise((resolve, reject) => {
    request(url, { method: body ? 'POST' : 'GET', headers, ca, agent: false, ...identity }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    })
      .once('error', reject)
      .end(body);
  });
}
