import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { forgeWith } from '../support/forgery.js';
import { FORGED, GatewayWorld } from '../support/gateway-world.js';
import { ENVOY_JWT, HAPROXY_JWT, missing, type Gateway } from '../support/gateways.js';
import { HOSTILE_TOKENS } from '../support/hostile-tokens.js';
import { freePort } from '../support/launch.js';
import type { Running } from '../support/programs.js';
import { tokenOf } from '../support/requests.js';
import { skipBecause } from '../support/skip-because.js';

const SETUP_MS = 120_000;

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.make();
}, SETUP_MS);
afterAll(() => world.stop());
beforeEach(() => {
  world.received = [];
});

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** What these gateways do not look at: the guide says so. The signature was good, so that only the issuer could have made it. */
const UNSEEN: [Gateway, readonly string[]][] = [
  [HAPROXY_JWT, ['with a key address of its own', 'with an unknown key id']],
  [
    ENVOY_JWT,
    [
      'from the future',
      'for two audiences',
      'of the type JWT',
      'without a type',
      'with an unknown critical member',
      'with a key address of its own',
    ],
  ],
];

describe.each(UNSEEN)('$0.title judges tokens by itself', (gateway, unseen) => {
  const unavailable = missing(gateway);
  let proxy: Running | undefined;
  beforeAll(async () => {
    if (unavailable === undefined) proxy = await world.start(gateway, await freePort());
  }, SETUP_MS);
  afterAll(() => proxy?.stop());
  const status = async (context: TestContext, token: string | undefined, method = 'GET'): Promise<number> => {
    if (!proxy) return skipBecause(context, unavailable ?? '');
    const headers = { ...FORGED, ...(token !== undefined && bearer(token)) };
    return (await fetch(`${proxy.url}/reports`, { method, headers })).status;
  };

  it('200 for a token with the scope, and the organization is that of the token', async (context) => {
    expect(await status(context, world.genuine)).toBe(200);
    expect(world.received[0]?.headers).toMatchObject({ 'x-countersign-org': world.server.orgs[0].id });
    for (const name of ['authorization', 'x-countersign-anything', 'x_countersign_org'])
      expect(world.received[0]?.headers).not.toHaveProperty(name);
  });

  it('401 without a token, and 403 without the scope, also when it is only a part of another one', async (context) => {
    expect(await status(context, undefined)).toBe(401);
    for (const scope of ['read:analytics-data', 'read:reports-archive xread:reports'])
      expect(await status(context, await forgeWith(world.key, world.genuine, { claims: { scope } }))).toBe(403);
    expect(world.received).toEqual([]);
  });

  it('403 for every method but the one that the scope is for', async (context) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])
      expect([method, await status(context, world.genuine, method)]).toEqual([method, 403]);
    expect(world.received).toEqual([]);
  });

  it('401 for a changed signature, and for none', async (context) => {
    const [header, claims] = world.genuine.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: world.key.kid })).toString('base64url');
    for (const token of [`${header}.${claims}.${'A'.repeat(342)}`, `${none}.${claims}.`, 'no.token', ''])
      expect([token, await status(context, token)]).toEqual([token, 401]);
    expect(world.received).toEqual([]);
  });

  it.for(HOSTILE_TOKENS)('a token %s', async ([title, forgery], context) => {
    const refused = [401, 403].includes(await status(context, await forgeWith(world.key, world.genuine, forgery(world.server.url))));
    expect(refused).toBe(!unseen.includes(title));
  });

  it('lets a revoked token through until it expires', async (context) => {
    const principal = world.server.orgs[0].service_principals[0]!;
    const token = await tokenOf(world.server.url, principal);
    await world.revoke(token, principal);
    expect(await status(context, token)).toBe(200);
  });
});
