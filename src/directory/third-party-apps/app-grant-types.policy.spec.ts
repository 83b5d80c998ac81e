import { DEVICE_CODE_GRANT_TYPE } from '@countersign/oauth';
import { describe, expect, it } from 'vitest';
import { mistakesOfGrantTypes, settledGrantTypes, type AppGrantType } from './app-grant-types.policy.js';

const HOME = 'https://charts.example/cb';

describe('the ways in which an app gets tokens', () => {
  it.each<[string, AppGrantType[], string[], string[]]>([
    ['codes, and where to send them', ['authorization_code', 'refresh_token'], [HOME], []],
    ['RFC 8628: a device needs no redirect URI', [DEVICE_CODE_GRANT_TYPE], [], []],
    ['both', ['authorization_code', DEVICE_CODE_GRANT_TYPE], [HOME], []],
    ['codes, and nowhere to send them', ['authorization_code', DEVICE_CODE_GRANT_TYPE], [], ['/redirect_uris']],
    ['no way to a first token', ['refresh_token'], [HOME], ['/grant_types']],
    ['none at all', [], [HOME], ['/grant_types']],
  ])('%s', (_, grantTypes, redirectUris, locations) => {
    expect(mistakesOfGrantTypes(settledGrantTypes(grantTypes), redirectUris).map(({ location }) => location)).toEqual(locations);
  });

  it('are kept in one order, with refresh_token among them', () => {
    expect(settledGrantTypes([DEVICE_CODE_GRANT_TYPE, 'authorization_code'])).toEqual([
      'authorization_code',
      'refresh_token',
      DEVICE_CODE_GRANT_TYPE,
    ]);
  });
});
