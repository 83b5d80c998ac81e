import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../report/outcome.js';
import { runChecks } from '../run-checks.js';
import { readObject } from '../tokens/jws-parts.js';
import { PROOF_CHECKS } from './proofs.js';

type Rule = 'htu' | 'htm' | 'iat' | 'ath' | 'jti' | 'header' | 'nonce';
const ALL = PROOF_CHECKS.map(({ name }) => name);

/** Names of the checks by verdict, at an API that is nothing but this listener. */
async function attack(listener: RequestListener): Promise<(verdict: Verdict) => string[]> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const target = { url, method: 'GET', headers: [], audience: url, scopes: [], revocationSeconds: 1 };
  const { outcomes } = await runChecks({ target, ownIssuerPort: 0, only: ALL });
  server.close();
  return (verdict) => outcomes.filter((outcome) => outcome.verdict === verdict).map(({ check }) => check.name);
}

/** An API that takes DPoP and forgets one rule. At the key it does not look: another check is about that. */
function forgetful(forgotten: Rule | undefined, nonce?: string): RequestListener {
  const seen = new Set<unknown>();
  return (request, response) => {
    const token = /^DPoP (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (nonce !== undefined) response.setHeader('DPoP-Nonce', nonce);
    const rules = token === undefined ? {} : keptRules(token, request, { seen, nonce });
    const isIn =
      rules.header === false ? forgotten === 'header' : Object.entries(rules).every(([rule, kept]) => kept || rule === forgotten);
    response.writeHead(isIn ? 200 : 401).end();
  };
}

function keptRules(
  token: string,
  { method, headers }: IncomingMessage,
  { seen, nonce }: { seen: Set<unknown>; nonce: string | undefined },
): Partial<Record<Rule, boolean>> {
  const claims = readObject(headers['dpop']?.toString().split('.')[1] ?? '');
  if (!claims) return { header: false };
  const isNew = !seen.has(claims['jti']);
  seen.add(claims['jti']);
  return {
    htu: claims['htu'] === `http://${headers.host ?? ''}/`,
    htm: claims['htm'] === method,
    iat: Math.abs(Number(claims['iat']) - Date.now() / 1000) < 60,
    ath: claims['ath'] === createHash('sha256').update(token).digest('base64url'),
    jti: isNew,
    nonce: claims['nonce'] === nonce,
  };
}

describe('proofs of possession (RFC 9449)', () => {
  it.each([
    ['htu', 'proof-of-another-request'],
    ['htm', 'proof-of-another-request'],
    ['iat', 'proof-of-another-request'],
    ['ath', 'proof-of-another-token'],
    ['header', 'proof-missing'],
    ['jti', 'proof-replayed'],
  ] as const)('an API that forgets %s fails %s alone, with and without a nonce', async (rule, name) => {
    for (const nonce of [undefined, 'a-nonce']) {
      const found = await attack(forgetful(rule, nonce));
      expect([found('failed'), found('passed')]).toEqual([[name], ALL.filter((other) => other !== name)]);
    }
  });

  it('an API that keeps all rules, and one that knows no DPoP, pass them all', async () => {
    const knowsNone: RequestListener = ({ headers }, response) =>
      void response.writeHead(headers.authorization?.startsWith('Bearer ') ? 200 : 401).end();
    for (const listener of [forgetful(undefined), forgetful(undefined, 'a-nonce'), knowsNone])
      expect((await attack(listener))('passed')).toEqual(ALL);
  });
});
