import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { testIssuer } from './tokens.js';

describe('testIssuer', () => {
  it('publishes one public key and signs with it', async () => {
    const { jwks, kid, tokenFor } = await testIssuer({ alg: 'ES256' });
    expect(jwks.keys).toMatchObject([{ kid, alg: 'ES256', use: 'sig' }]);
    expect(jwks.keys[0]).not.toHaveProperty('d');
    expect(decodeProtectedHeader(await tokenFor())).toEqual({ alg: 'ES256', kid, typ: 'at+jwt' });
  });

  it('replaces, adds and leaves out claims', async () => {
    const { tokenFor } = await testIssuer();
    const claims = decodeJwt(await tokenFor({ org: 'org_a', scopes: ['a', 'b'], audience: 'x', claims: { jti: undefined, extra: 1 } }));
    expect(claims).toMatchObject({ org_id: 'org_a', scope: 'a b', aud: 'x', extra: 1 });
    expect(claims).not.toHaveProperty('jti');
  });

  it('a negative lifetime has passed already', async () => {
    const { tokenFor } = await testIssuer();
    const { exp, iat } = decodeJwt(await tokenFor({ lifetimeSeconds: -60 }));
    expect(exp).toBeLessThan(Date.now() / 1000 - 59);
    expect(exp).toBeGreaterThan(iat ?? Infinity);
  });
});
