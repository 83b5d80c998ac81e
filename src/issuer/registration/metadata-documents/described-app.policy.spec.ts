import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeDocument } from './described-app.policy.js';

const ID = 'https://app.example/client.json';
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const GOOD = { client_id: ID, client_name: 'Charts', redirect_uris: ['https://app.example/cb', 'http://127.0.0.1/cb'] };

const judge = (members: object) => judgeDocument(ID, JSON.stringify({ ...GOOD, ...members }));
const locations = (members: object): string[] => judge(members).problems.map(({ location }) => location);

describe('CIMD-4, CIMD-5 a document that describes an app', () => {
  it('is public by default, and gets codes and refresh tokens', () => {
    expect(judge({})).toEqual({
      problems: [],
      notes: [],
      description: {
        name: 'Charts',
        publisher: 'app.example',
        clientType: 'public',
        authMethod: 'none',
        jwks: null,
        jwksUri: null,
        redirectUris: GOOD.redirect_uris,
        grantTypes: ['authorization_code', 'refresh_token'],
        logoUri: null,
        policyUri: null,
        tosUri: null,
      },
    });
  });

  it.each<[string, object, string]>([
    ['another client_id', { client_id: 'https://app.example/other.json' }, '/client_id'],
    ['a client_id that is the same to parsers only', { client_id: 'https://app.example:443/client.json' }, '/client_id'],
    ['no client_id', { client_id: undefined }, '/client_id'],
    ['no name', { client_name: undefined }, '/client_name'],
    ['a name that is no text', { client_name: { toString: 'x' } }, '/client_name'],
    ['a blank name', { client_name: ' ' }, '/client_name'],
    ['a name that is turned round', { client_name: 'Charts \u202Eedualc' }, '/client_name'],
    ['a name with what nobody sees', { client_name: 'Cl\u200Baude' }, '/client_name'],
    ['a name with a line break', { client_name: 'Charts\nadmin' }, '/client_name'],
    // Seen to be taken while documents had a rule of their own.
    ['a name of signs that leave nothing to see', { client_name: '\u2800' }, '/client_name'],
    ['a name without end', { client_name: 'x'.repeat(61) }, '/client_name'],
    ['no redirect URIs', { redirect_uris: undefined }, '/redirect_uris'],
    ['redirect URIs that are no list', { redirect_uris: 'https://app.example/cb' }, '/redirect_uris'],
    ['10,000 redirect URIs', { redirect_uris: Array.from({ length: 10_000 }, (_, i) => `https://app.example/${i}`) }, '/redirect_uris'],
    [
      'redirect URIs that run something',
      { redirect_uris: ['javascript:alert(1)', 'data:text/html,x', 'http://app.example/cb'] },
      '/redirect_uris',
    ],
    ['a secret', { client_secret: 'x' }, '/client_secret'],
    ['the end of a secret', { client_secret_expires_at: 0 }, '/client_secret_expires_at'],
    ['client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }, '/token_endpoint_auth_method'],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }, '/token_endpoint_auth_method'],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }, '/token_endpoint_auth_method'],
    ['a method of the prototype', { token_endpoint_auth_method: 'constructor' }, '/token_endpoint_auth_method'],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }, '/jwks'],
    ['keys twice', { jwks: { keys: [KEY] }, jwks_uri: 'https://app.example/jwks' }, '/jwks'],
    ['a private key', { jwks: { keys: [{ ...KEY, d: 'secret' }] } }, '/jwks/keys/0'],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, '/jwks/keys/0'],
    ['keys that are none', { jwks: 'x' }, '/jwks'],
    ['keys by http', { jwks_uri: 'http://app.example/jwks' }, '/jwks_uri'],
    ['keys at another host', { jwks_uri: 'https://keys.app.example/jwks' }, '/jwks_uri'],
    ['keys at another port', { jwks_uri: 'https://app.example:8443/jwks' }, '/jwks_uri'],
    ['keys at the host with a dot', { jwks_uri: 'https://app.example./jwks' }, '/jwks_uri'],
    ['a logo by http', { logo_uri: 'http://app.example/logo.png' }, '/logo_uri'],
    ['a page that runs something', { policy_uri: 'javascript:alert(1)' }, '/policy_uri'],
    ['terms that are no text', { tos_uri: 1 }, '/tos_uri'],
    ['only grant types that we do not have', { grant_types: ['implicit', 'password', 'client_credentials'] }, '/grant_types'],
    ['no response type that we have', { response_types: ['token'] }, '/response_types'],
  ])('%s: refused', (_, members, location) => {
    expect(locations(members)).toEqual([location]);
    expect(judge(members).description).toBeUndefined();
  });

  it.each(['', '[]', 'null', '"x"', '1', '{', '<html></html>', `{"client_id":"${ID}","client_id":"${ID}"}`])(
    '%s is no document',
    (text) => {
      expect(judgeDocument(ID, text)).toMatchObject({ description: undefined, problems: [{ location: '' }] });
    },
  );

  it('attack 57: what it names __proto__ or constructor means nothing', () => {
    const inherited = '{"client_name":"Charts","redirect_uris":["https://app.example/cb"]}';
    const polluted = judgeDocument(ID, `{"client_id":"${ID}","__proto__":${inherited},"constructor":{"prototype":${inherited}}}`);
    expect(polluted.problems.map(({ location }) => location)).toEqual(['/client_name', '/redirect_uris']);
    expect(({} as Record<string, unknown>)['client_name']).toBeUndefined();
  });

  it('redirect URIs that are no good here are left out, and it is said why', () => {
    const judged = judge({ redirect_uris: ['cursor://callback', 'https://app.example/cb', 'https://app.example/cb', 7] });
    expect(judged.description?.redirectUris).toEqual(['https://app.example/cb']);
    expect(judged.notes.map(({ location }) => location)).toEqual(['/redirect_uris/0', '/redirect_uris/3']);
  });

  it('RFC 7591 §2: grant types that we do not have are left out', () => {
    expect(judge({ grant_types: ['authorization_code', 'implicit'] }).description?.grantTypes).toEqual([
      'authorization_code',
      'refresh_token',
    ]);
  });

  it('its keys may stand beside it', () => {
    expect(judge({ jwks_uri: 'https://app.example/jwks' }).description).toMatchObject({
      authMethod: 'private_key_jwt',
      jwksUri: 'https://app.example/jwks',
    });
  });

  it('with keys it has to prove itself, said or not', () => {
    const described = judge({ jwks: { keys: [{ ...KEY, x5c: ['no part of it'] }] } }).description;
    expect(described).toMatchObject({ clientType: 'confidential', authMethod: 'private_key_jwt', jwks: { keys: [KEY] } });
  });

  it('SSRF-8: no problem repeats anything that stands in it', () => {
    const marked = {
      client_name: '',
      redirect_uris: ['MARK://x'],
      token_endpoint_auth_method: 'MARK',
      grant_types: ['MARK'],
      logo_uri: 'MARK',
    };
    expect(JSON.stringify(judge(marked).problems)).not.toContain('MARK');
  });
});
