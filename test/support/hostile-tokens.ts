import type { Forgery } from './forgery.js';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** What a stolen key could sign that is still no access token for Saasalytics of the server at this URL. */
export const HOSTILE_TOKENS: readonly (readonly [title: string, forgery: (server: string) => Forgery])[] = [
  ['expired', () => ({ claims: { iat: nowSeconds() - 7200, exp: nowSeconds() - 3600 } })],
  ['from the future', () => ({ claims: { iat: nowSeconds() + 600, exp: nowSeconds() + 1200 } })],
  ['without an expiry', () => ({ claims: { exp: undefined } })],
  ['of an absurd lifetime', () => ({ claims: { exp: nowSeconds() + 400 * 86_400 } })],
  ['of another issuer', () => ({ claims: { iss: 'https://issuer.example' } })],
  ['of an issuer that begins alike', (server) => ({ claims: { iss: `${server}.evil.example` } })],
  ['for another audience', (server) => ({ claims: { aud: `${server}/v1` } })],
  ['for an audience that begins alike', (server) => ({ claims: { aud: `${server}/analytics/v2` } })],
  ['for two audiences', (server) => ({ claims: { aud: [`${server}/analytics`, 'https://other.example'] } })],
  ['of the type JWT', () => ({ header: { typ: 'JWT' } })],
  ['without a type', () => ({ header: { typ: undefined } })],
  ['with an unknown critical member', () => ({ header: { crit: ['exp'], exp: 1 } })],
  ['with a key address of its own', () => ({ header: { jku: 'https://evil.example/jwks.json' } })],
  ['with an unknown key id', () => ({ header: { kid: 'unknown' } })],
  ['bound to a key that nobody proves', () => ({ claims: { cnf: { jkt: 'x' } } })],
];
