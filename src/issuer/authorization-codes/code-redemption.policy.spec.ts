import { describe, expect, it } from 'vitest';
import type { StoredCode } from './authorization-code.js';
import { judgeRedemption, type Redemption } from './code-redemption.policy.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CODE: StoredCode = {
  digest: Buffer.alloc(32),
  orgId: 'org_1',
  consentId: 'con_1',
  clientId: 'app_1',
  userId: 'usr_1',
  apiId: 'api_1',
  scopes: ['a'],
  redirectUri: 'https://app.example/cb',
  redirectUriWasSent: true,
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  dpopJkt: undefined,
  authentication: { authTime: 1, acr: '1', amr: ['pwd'] },
  sessionId: undefined,
  nonce: undefined,
  familyId: 'f',
  redeemableUntil: new Date(NOW.getTime() + 1),
  redeemedAt: undefined,
};
const RIGHT: Redemption = { clientId: 'app_1', verifier: VERIFIER, redirectUri: undefined, jkt: undefined };

describe('CODE-1…4 who gets something for a code', () => {
  it.each<[string, Partial<StoredCode>, Partial<Redemption>, string | undefined]>([
    ['its client, with the verifier', {}, {}, undefined],
    ['with the redirect URI of the request too', {}, { redirectUri: 'https://app.example/cb' }, undefined],
    ['T7 with another redirect URI', {}, { redirectUri: 'https://app.example/cb/' }, 'redirect_uri_differs'],
    ['another client', {}, { clientId: 'app_2' }, 'code_of_other_client'],
    ['with another verifier', {}, { verifier: 'a'.repeat(43) }, 'verifier_mismatch'],
    ['RFC 9449 §10 with the key that the code is bound to', { dpopJkt: 'a' }, { jkt: 'a' }, undefined],
    ['RFC 9449 §10 with another key', { dpopJkt: 'a' }, { jkt: 'b' }, 'other_sender_key'],
    ['RFC 9449 §10 without a key', { dpopJkt: 'a' }, {}, 'other_sender_key'],
    ['RFC 9449 §5 with a key, of a code that is bound to none', {}, { jkt: 'b' }, undefined],
    ['a second time', { redeemedAt: NOW }, {}, 'reused'],
    ['a second time, too late for the first', { redeemedAt: NOW, redeemableUntil: NOW }, {}, 'reused'],
    ['too late', { redeemableUntil: NOW }, {}, 'code_expired'],
    // Attack 18: none of these is told from a first use, so none of them revokes.
    ['another client, of a used code', { redeemedAt: NOW }, { clientId: 'app_2' }, 'code_of_other_client'],
    ['with another verifier, of a used code', { redeemedAt: NOW }, { verifier: 'a'.repeat(43) }, 'verifier_mismatch'],
    ['with another key, of a used code', { redeemedAt: NOW, dpopJkt: 'a' }, { jkt: 'b' }, 'other_sender_key'],
    ['with another redirect URI, of a used code', { redeemedAt: NOW }, { redirectUri: 'x' }, 'redirect_uri_differs'],
  ])('%s', (_, code, request, refusal) => {
    expect(judgeRedemption({ ...CODE, ...code }, { ...RIGHT, ...request }, NOW)).toBe(refusal);
  });
});
