import { X509Certificate } from 'node:crypto';
import { forgeCertificate } from './forged-certificate.mjs';
import { pause } from './product.mjs';
import { told } from './story.mjs';

const ROUNDS = 4;
const CALLS_A_ROUND = 20;
const CALLERS = 4;
const BLOCKED_WITHIN_MS = 2_000;

/** What tenants do, and that each of them sees its own. */
export async function ordinaryDay({ story, demo, services }) {
  story.chapter('An ordinary day');
  const [first, second] = demo.tenants;
  for (const tenant of [first, second]) {
    const users = await askGateway(services, tenant.token, '/users');
    story.expect(`${tenant.name} → gateway → user-management: its own users`, [users.status, users.body.org_id], [200, tenant.id]);
    const event = await askGateway(services, tenant.token, '/events', { kind: 'login' });
    story.expect(`${tenant.name} → gateway → event-processing: an event`, [event.status, event.body.org_id], [200, tenant.id]);
  }
  const written = await services['event-processing'].tell('roll-up');
  story.expect(
    'event-processing → dashboards: the sums of both, though nobody waits for them',
    written.map(({ org_id }) => org_id).sort(),
    [first.id, second.id].sort(),
  );
  const { status, body } = await askGateway(services, first.token, '/exports', {});
  story.expect(
    `${first.name} → gateway → billing → export: for whom, and by whose hands`,
    [status, body.org_id, body.on_the_way],
    [200, first.id, ['billing', 'gateway']],
  );
  const mixed = await askGateway(services, first.token, '/exports', { org_id: second.id });
  story.expect(
    `${first.name} names ${second.name} in the body: export believes the token`,
    [mixed.status, mixed.body.code],
    [403, 'other_tenant_named'],
  );
  const nobody = await askGateway(services, undefined, '/users');
  story.expect('without a token the gateway answers nobody', [nobody.status, nobody.body.code], [401, 'missing_credentials']);
}

/** All certificates change several times, and nobody notices. */
export async function rotation({ story, demo, services }) {
  story.chapter(`${ROUNDS} new certificates for each service, under load`);
  const before = await Promise.all(Object.values(services).map((service) => service.tell('certificate')));
  const load = { calls: 0, failed: [], isOver: false };
  const callers = Array.from({ length: CALLERS }, (_, i) => callOnAndOn(load, services, demo.tenants[i % 2]));
  for (let round = 0; round < ROUNDS; round++) {
    const enough = load.calls + CALLS_A_ROUND;
    await Promise.all(Object.values(services).map((service) => service.tell('renew')));
    while (load.calls < enough && load.failed.length === 0) await pause(20);
  }
  load.isOver = true;
  await Promise.all(callers);
  const after = await Promise.all(Object.values(services).map((service) => service.tell('certificate')));
  story.expect(`${load.calls} calls through three services each, none failed`, load.failed, []);
  const changed = after.filter((pem, i) => new X509Certificate(pem).serialNumber !== new X509Certificate(before[i]).serialNumber);
  story.expect('every service has another certificate', changed.length, after.length);
}

/** Somebody has taken over billing, and tries. */
export async function compromised({ story, product, demo, services, joinTokens }) {
  story.chapter('billing is taken over');
  const [tenant, victim] = demo.tenants;
  await askGateway(services, tenant.token, '/exports', {});
  const stolen = await services.gateway.tell('leak', { subjectToken: tenant.token });
  const forged = await forgeCertificate(services.gateway.spiffeId);
  const material = { victim: victim.id, stolen, forged, tenantToken: tenant.token };
  const attack = async (name, more = {}) => told(await services.billing.tell('attack', { attack: name, ...material, ...more }));
  const tries = [
    ['it may still do what billing may, for the tenant that called', 'ownRights', 'service 200'],
    ['another tenant in the body', 'otherTenantInBody', 'service 403 other_tenant_named'],
    ['another tenant asked for at the exchange', 'otherTenantAtExchange', 'issuer 400 invalid_request'],
    ['another tenant without any that called', 'otherTenantWithoutContext', 'issuer 400 unauthorized_client'],
    ['a service that no policy lets it call', 'serviceWithoutPolicy', 'issuer 400 invalid_target'],
    ['a scope outside of its policy', 'scopeOutsideOfPolicy', 'issuer 400 invalid_scope'],
    ['a token that was sent to billing, sent on to user-management', 'tokenOfOtherAudience', 'service 401 invalid_token'],
    ["gateway's token from a log, over billing's own certificate", 'stolenToken', 'service 401 invalid_token'],
    ["gateway's token, without a certificate", 'stolenTokenWithoutCertificate', 'tls'],
    ["gateway's token, with a certificate that only says it is gateway", 'foreignCertificate', 'tls'],
    ["the tenant's own token, inside", 'tenantTokenInside', 'service 401 invalid_token'],
  ];
  for (const [what, name, wanted] of tries) story.expect(`${what}: ${wanted}`, await attack(name), wanted);
  const outside = [
    ['the public API', `${product.publicUrl}/analytics/v1/account`],
    ['the management API', `${product.publicUrl}/v1/orgs`],
  ];
  for (const [what, url] of outside)
    story.expect(
      `its internal token at ${what}: service 401 invalid_token`,
      await attack('internalTokenOutside', { url }),
      'service 401 invalid_token',
    );
  const again = await services.billing.tell('join-again', { joinToken: joinTokens.billing });
  story.expect(
    'the join token a second time: issuer 401 certificate_authentication_failed',
    told(again),
    'issuer 401 certificate_authentication_failed',
  );
}

/** The operator blocks it: what it holds is worth nothing within two seconds. */
export async function blocked({ story, management, registered, services }) {
  story.chapter('billing is blocked');
  const own = async () => told(await services.billing.tell('attack', { attack: 'ownRights' }));
  // Its guards may not report any more afterwards.
  await services.billing.tell('report');
  story.expect('a moment before: service 200', await own(), 'service 200');
  await management.act(`/v1/microservices/${registered.services.billing.id}/disable`);
  const since = Date.now();
  let found = await own();
  while (found === 'service 200' && Date.now() - since < BLOCKED_WITHIN_MS) found = await own();
  story.expect(`the token that it holds: service 401 invalid_token, after ${Date.now() - since} ms`, found, 'service 401 invalid_token');
  story.expect('another token: issuer 401 invalid_client', await own(), 'issuer 401 invalid_client');
  story.expect(
    'another certificate: issuer 401 certificate_authentication_failed',
    told(await services.billing.tell('renew-anyway')),
    'issuer 401 certificate_authentication_failed',
  );
}

async function callOnAndOn(load, services, tenant) {
  for (; !load.isOver; load.calls++) {
    const { status, body } = await askGateway(services, tenant.token, '/exports', {}).catch((error) => ({
      status: 0,
      body: String(error),
    }));
    if (status !== 200 || body.org_id !== tenant.id) load.failed.push([status, body]);
  }
}

async function askGateway({ gateway }, token, path, body = {}) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}
