import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '@countersign/oauth';
import { idTokenClaims } from './id-token-claims.policy.js';

const ACCESS: AccessTokenClaims = {
  iss: 'https://issuer.example',
  sub: 'usr_1',
  aud: 'https://api.example',
  exp: 4_600,
  iat: 1_000,
  jti: 'a',
  client_id: 'app_1',
  scope: 'openid read:things',
  principal_type: 'app',
  org_id: 'org_1',
  cred: 'sec_1',
  grant: 'con_1',
  root: 'a',
  auth_time: 900,
  acr: 'pwd',
  amr: ['pwd'],
};

describe('OpenID Connect Core §2: an ID token', () => {
  it('says who signed in for which app, and nothing of what the access token is good for', () => {
    const claims = idTokenClaims(ACCESS, 'token', { nonce: ' n"ö ', sessionId: 'ses_1' });
    expect(claims).toEqual({
      iss: 'https://issuer.example',
      sub: 'usr_1',
      aud: 'app_1',
      exp: 4_600,
      iat: 1_000,
      nonce: ' n"ö ',
      auth_time: 900,
      acr: 'pwd',
      amr: ['pwd'],
      sid: 'ses_1',
      at_hash: expect.any(String) as string,
      org_id: 'org_1',
    });
  });

  it('§3.1.3.6 at_hash is the left half of the SHA-256 of the access token', () => {
    // The example of OpenID Connect Core, appendix A.3.
    const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
    expect(idTokenClaims(ACCESS, accessToken, {}).at_hash).toBe('77QmUPtjPfzWtF2AnpK9RQ');
  });

  it('§12.2 without nonce and session where there is none, as after a refresh', () => {
    const claims = idTokenClaims(ACCESS, 'token', {});
    expect(claims).not.toHaveProperty('nonce');
    expect(claims).not.toHaveProperty('sid');
  });
});
