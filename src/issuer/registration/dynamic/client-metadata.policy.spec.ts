import { OAuthError } from '@countersign/oauth';
import { describe, expect, it } from 'vitest';
import { readClientMetadata } from './client-metadata.policy.js';
import { MetadataMembers } from './metadata-members.js';

const read = (fields: object, purpose: 'registration' | 'update' = 'registration') =>
  readClientMetadata(MetadataMembers.of({ redirect_uris: ['http://127.0.0.1/callback'], ...fields }), purpose);

function refusal(fields: object): string {
  try {
    read(fields);
  } catch (error) {
    if (error instanceof OAuthError) return error.code;
    throw error;
  }
  return 'none';
}

describe('RFC 7591 §2: what an app says of itself', () => {
  it('with nothing but redirect URIs is a public app that gets codes', () => {
    expect(read({})).toMatchObject({
      name: 'A program on your computer',
      applicationType: 'native',
      wireMethod: 'none',
      authentication: { clientType: 'public', authMethod: 'none', jwks: null, jwksUri: null },
      grantTypes: ['authorization_code', 'refresh_token'],
      scopes: undefined,
    });
    expect(read({ redirect_uris: ['https://app.example/callback'] })).toMatchObject({ name: 'app.example', applicationType: 'web' });
  });

  it('grant types that nobody offers are left out, and members that nobody knows are not looked at', () => {
    const device = 'urn:ietf:params:oauth:grant-type:device_code';
    expect(read({ grant_types: ['authorization_code', 'refresh_token', device, 'implicit'], contacts: 7, x: {} })).toMatchObject({
      grantTypes: ['authorization_code', 'refresh_token'],
    });
  });

  it.each<[string, object]>([
    ['bidi marks', { client_name: 'evil\u202EeduaC' }],
    ['zero-width characters', { client_name: 'Cla\u200Bude' }],
    ['a line break', { client_name: 'a\nb' }],
    ['61 characters', { client_name: 'x'.repeat(61) }],
    ['a heap of marks', { client_name: `Z${'\u0301'.repeat(4)}` }],
    ['no letter', { client_name: '!!!' }],
    ['a space at its end', { client_name: 'Claude ' }],
    ['a wide space', { client_name: 'a\u3000b' }],
    ['a number', { client_name: 7 }],
  ])('attack 77: a name with %s is refused', (_, fields) => {
    expect(refusal(fields)).toBe('invalid_client_metadata');
  });

  it.each(['Claude', 'Café Übersicht', '日本語', 'Ada’s tool (v2)', 'x'.repeat(60)])('the name %s is a name', (client_name) => {
    expect(read({ client_name }).name).toBe(client_name);
  });

  it.each<[string, object]>([
    ['none', { redirect_uris: [] }],
    ['no list', { redirect_uris: 'https://a.example/' }],
    ['a number', { redirect_uris: [7] }],
    ['21', { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`) }],
    ['a fragment', { redirect_uris: ['https://a.example/#x'] }],
    ['javascript', { redirect_uris: ['javascript:alert(1)'] }],
    ['a wildcard', { redirect_uris: ['https://*.a.example/'] }],
    ['http elsewhere', { redirect_uris: ['http://a.example/'] }],
    ['a scheme of anybody', { redirect_uris: ['myapp:/callback'] }],
    ['DCR-6 loopback of a web app', { application_type: 'web' }],
    ['DCR-6 a private scheme of a web app', { application_type: 'web', redirect_uris: ['com.example.app:/callback'] }],
    ['DCR-6 https loopback of a web app', { application_type: 'web', redirect_uris: ['https://localhost/callback'] }],
  ])('invalid_redirect_uri: %s', (_, fields) => {
    expect(refusal(fields)).toBe('invalid_redirect_uri');
  });

  it.each<[string, object]>([
    ['an unknown application_type', { application_type: 'tv' }],
    ['an unknown method', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['none and client_credentials', { grant_types: ['authorization_code', 'client_credentials'] }],
    ['client_credentials alone', { token_endpoint_auth_method: 'client_secret_basic', grant_types: ['client_credentials'] }],
    ['implicit', { grant_types: ['implicit'], response_types: ['token'] }],
    ['a response type without its grant', { response_types: ['code', 'token'] }],
    ['http pages', { client_uri: 'http://a.example' }],
    ['script for a logo', { logo_uri: 'javascript:alert(1)' }],
    ['keys without a method for them', { jwks: { keys: [] } }],
    ['a key set that is none', { jwks: 'x', token_endpoint_auth_method: 'private_key_jwt' }],
    ['no keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['scopes that are none', { scope: 'a  "b"' }],
    ['a text for a truth', { dpop_bound_access_tokens: 'true' }],
  ])('invalid_client_metadata: %s', (_, fields) => {
    expect(refusal(fields)).toBe('invalid_client_metadata');
  });

  it.each(['client_id', 'client_secret', 'org_id', 'state', 'registration_access_token', 'grants'])(
    'DCR-5: %s is not for the app to choose',
    (name) => {
      expect(refusal({ [name]: 'x' })).toBe('invalid_client_metadata');
    },
  );

  it('RFC 7591 §2.3: statements', () => {
    expect(refusal({ software_statement: 'e30.e30.e30' })).toBe('unapproved_software_statement');
    expect(refusal({ software_statement: 'x' })).toBe('invalid_software_statement');
  });

  it('what is in the prototype of objects is no member', () => {
    expect(read(JSON.parse('{"__proto__":{"client_name":"polluted"}}') as object).name).toBe('A program on your computer');
    expect(() => MetadataMembers.of([])).toThrow(OAuthError);
    expect(() => MetadataMembers.of('x')).toThrow(OAuthError);
    expect(() => MetadataMembers.of(null)).toThrow(OAuthError);
  });
});
