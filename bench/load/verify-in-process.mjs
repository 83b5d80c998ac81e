// Measures single verifications. A process of its own, told what to do by one message.
import { createLocalJWKSet, jwtVerify } from 'jose';
import { AccessTokenVerifier, LocalJwks, RevocationList } from '../../dist/libs/resource-server/src/index.js';
import { guardedApi } from '../lib/access-tokens.mjs';
import { quantile } from '../lib/figures.mjs';

process.once('message', (job) =>
  run(job).then(
    (result) => answer(result),
    (error) => answer({ failure: error.stack }),
  ),
);
process.once('disconnect', () => process.exit(0));

const answer = (result) => process.send(result, () => process.disconnect());
const WARM_UP_SHARE = 0.1;

async function run({ workload, jwks, tokens, checks, bad }) {
  const verify = { cached: countersign, fresh: countersign, jose }[workload];
  const judge = await verify(jwks);
  for (const [what, token] of Object.entries(bad)) {
    const passed = await judge(token).then(
      () => true,
      () => false,
    );
    // jose knows nothing of revocations.
    if (passed && !(workload === 'jose' && what === 'revoked')) throw new Error(`a token that is ${what} passed`);
  }
  return workload === 'cached' ? remembered(judge, tokens, checks) : firstSight(judge, tokens);
}

/** With what a guard has: revocations, and the scopes of the operation. */
async function countersign(jwks) {
  const revocations = new RevocationList();
  const now = Math.floor(Date.now() / 1000);
  revocations.apply([{ seq: 1, kind: 'token', value: 'revoked', revokedAt: now + 60, expiresAt: now + 3600 }]);
  const verifier = new AccessTokenVerifier({ issuer: guardedApi.issuer, keys: await LocalJwks.from(jwks), revocations });
  const expected = { audience: guardedApi.audience, scopes: [guardedApi.scope] };
  const judge = (token) => verifier.verify(token, expected);
  judge.atOnce = (token) => verifier.verifyRemembered(token, expected);
  return judge;
}

async function jose(jwks) {
  const keys = createLocalJWKSet(jwks);
  const { issuer, audience } = guardedApi;
  return (token) => jwtVerify(token, keys, { issuer, audience, algorithms: ['ES256'], typ: 'at+jwt' });
}

async function remembered(judge, tokens, checks) {
  for (const token of tokens) await judge(token);
  const measure = (count) => {
    const times = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      const token = tokens[i % tokens.length];
      const started = process.hrtime.bigint();
      if (judge.atOnce(token) === undefined) throw new Error('a token was forgotten');
      times[i] = Number(process.hrtime.bigint() - started) / 1e6;
    }
    return times;
  };
  measure(Math.ceil(checks * WARM_UP_SHARE));
  return figures(measure(checks));
}

async function firstSight(judge, tokens) {
  const times = new Float64Array(tokens.length);
  for (let i = 0; i < tokens.length; i += 1) {
    const started = process.hrtime.bigint();
    await judge(tokens[i]);
    times[i] = Number(process.hrtime.bigint() - started) / 1e6;
  }
  return figures(times.subarray(Math.ceil(tokens.length * WARM_UP_SHARE)));
}

function figures(times) {
  const total = times.reduce((sum, ms) => sum + ms, 0);
  const sorted = times.slice().sort();
  return {
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    p999: quantile(sorted, 0.999),
    perSecond: Math.round((times.length / total) * 1000),
  };
}
