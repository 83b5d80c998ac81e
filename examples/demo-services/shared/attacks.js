import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { CertificateRequestFailed, ServiceIdentity, TokenRequestFailed } from '@countersign/client';

/**
 * What somebody tries who has taken over billing. Each answers how it went: `issuer` gave no token, `service` answered the call, or
 * `tls` did not let it in.
 */
export const attacks = {
  otherTenantInBody: (service, { loot, victim }) =>
    attempt(() => service.call('export', '/start', { scope: 'start:export', caller: loot, body: { org_id: victim } })),
  otherTenantAtExchange: (service, { loot, victim }) =>
    attempt(() => service.call('export', '/start', { scope: 'start:export', caller: loot, orgId: victim })),
  otherTenantWithoutContext: (service, { victim }) =>
    attempt(() => service.call('export', '/start', { scope: 'start:export', orgId: victim })),
  serviceWithoutPolicy: (service, { loot }) =>
    attempt(() => service.call('event-processing', '/events', { scope: 'write:events', caller: loot })),
  scopeOutsideOfPolicy: (service, { loot }) =>
    attempt(() => service.call('user-management', '/users', { scope: 'write:users', caller: loot })),
  // What was sent to billing, sent on as it is.
  tokenOfOtherAudience: (service, { loot }) => send(service, { token: loot.token, ...service.me.tlsOptions() }),
  stolenToken: (service, { stolen }) => send(service, { token: stolen, ...service.me.tlsOptions() }),
  tenantTokenInside: (service, { tenantToken }) => send(service, { token: tenantToken, ...service.me.tlsOptions() }),
  stolenTokenWithoutCertificate: (service, { stolen }) => send(service, { token: stolen, ca: service.me.tlsOptions().ca }),
  foreignCertificate: (service, { stolen, forged }) => send(service, { token: stolen, ca: service.me.tlsOptions().ca, ...forged }),
  internalTokenOutside: async (service, { loot, url }) => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${loot.token}` } });
    return outcome('service', response.status, (await response.json()).code);
  },
  renew: ({ me }) => attempt(() => me.renew()),
  joinAgain: (_, { joinToken }) =>
    attempt(() => ServiceIdentity.open({ issuer: process.env.INTERNAL_ISSUER, ca: readFileSync(process.env.CA_FILE, 'utf8'), joinToken })),
  // With what it has: nothing but its own rights.
  ownRights: (service, { loot }) => attempt(() => service.call('export', '/start', { scope: 'start:export', caller: loot })),
};

async function attempt(call) {
  try {
    const { status, body } = await call();
    return outcome('service', status, body.code);
  } catch (error) {
    const isIssuer = error instanceof TokenRequestFailed || error instanceof CertificateRequestFailed;
    return isIssuer ? outcome('issuer', error.status, error.code) : outcome('tls', undefined, error.cause?.code);
  }
}

/** By hand: who attacks does not use the library that would not let him. */
function send({ peers }, { token, ca, cert, key }) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const options = { method: 'POST', headers, ca, cert, key, agent: false, checkServerIdentity: () => undefined };
  return new Promise((resolve) => {
    const sent = request(`${peers['user-management']}/users`, options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(outcome('service', response.statusCode, JSON.parse(text).code)));
    });
    sent.once('error', ({ code }) => resolve(outcome('tls', undefined, code)));
    sent.end('{}');
  });
}

function outcome(where, status, code) {
  return { where, status: status ?? null, code: code ?? null };
}
