import { describe, expect, it } from 'vitest';
import { mistakesOfApi, type ApiFacts } from './api-resource.policy.js';

const EXTERNAL: ApiFacts = {
  identifier: 'https://api.example.com',
  zone: 'external',
  tokenLifetimeSeconds: null,
  signingAlg: 'RS256',
  servedBy: [],
  scopes: [],
};
const INTERNAL: ApiFacts = { ...EXTERNAL, identifier: 'billing', zone: 'internal', signingAlg: 'ES256' };

describe('an API', () => {
  it.each<[string, ApiFacts, string[]]>([
    ['external with nothing special', EXTERNAL, []],
    ['internal with nothing special', INTERNAL, []],
    ['external for a day', { ...EXTERNAL, tokenLifetimeSeconds: 86_400 }, []],
    ['external for too long', { ...EXTERNAL, tokenLifetimeSeconds: 86_401 }, ['/token_lifetime_seconds']],
    ['external for too short', { ...EXTERNAL, tokenLifetimeSeconds: 299 }, ['/token_lifetime_seconds']],
    ['internal for a minute', { ...INTERNAL, tokenLifetimeSeconds: 60 }, []],
    ['internal for too long', { ...INTERNAL, tokenLifetimeSeconds: 901 }, ['/token_lifetime_seconds']],
    ['internal with RS256', { ...INTERNAL, signingAlg: 'RS256' }, ['/signing_alg']],
    ['internal with an address', { ...INTERNAL, identifier: 'https://billing' }, ['/identifier']],
    ['internal and served by another', { ...INTERNAL, servedBy: ['export'] }, ['/served_by']],
    ['with a scope of OpenID Connect', { ...EXTERNAL, scopes: [{ name: 'a' }, { name: 'email' }] }, ['/scopes/1/name']],
    ['of the platform, with one', { ...EXTERNAL, systemKey: 'identity', scopes: [{ name: 'email' }] }, []],
    ['with a scope twice', { ...EXTERNAL, scopes: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] }, ['/scopes/2/name']],
  ])('%s', (_, api, locations) => {
    expect(mistakesOfApi(api).map((mistake) => mistake.location)).toEqual(locations);
  });
});
