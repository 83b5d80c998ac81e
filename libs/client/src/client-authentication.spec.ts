import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { parseBasicCredentials } from '@countersign/oauth';
import { decodeJwt, decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair, jwtVerify, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { thrownBy, VirtualIssuer } from '../../../test/support/virtual-issuer.js';
import { clientSecret, privateKeyJwt, TokenRequestFailed, type PrivateKey, type PrivateKeyJwtOptions } from './index.js';

const CONTEXT = {
  clientId: 'sp_1',
  issuer: 'https://issuer.example/t1',
  tokenEndpoint: 'https://issuer.example/token',
  nowMs: 1_800_000_000_500,
};

describe('clientSecret', () => {
  it('RFC 6749 §2.3.1: goes by HTTP Basic, form-encoded, or in the form', async () => {
    const secret = 'p%ss:w+rd ü';
    const { headers, parameters } = await clientSecret(secret).authenticate(CONTEXT);
    expect(parseBasicCredentials(headers?.['authorization'] ?? '')).toEqual({ clientId: 'sp_1', clientSecret: secret });
    expect(parameters).toBeUndefined();
    expect(await clientSecret(secret, { method: 'post' }).authenticate(CONTEXT)).toEqual({
      parameters: { client_id: 'sp_1', client_secret: secret },
    });
    expect([clientSecret(secret).name, clientSecret(secret, { method: 'post' }).name]).toEqual([
      'client_secret_basic',
      'client_secret_post',
    ]);
  });

  it.each([undefined, '', '\n', 7, null])('TypeError at once for %j, as of a variable that is not set', (secret) => {
    expect(() => clientSecret(secret as unknown as string)).toThrow('The client secret is empty or not set.');
  });

  it('takes the line break off that a file ends in', async () => {
    const { parameters } = await clientSecret(() => Promise.resolve('s3cret\r\n'), { method: 'post' }).authenticate(CONTEXT);
    expect(parameters?.['client_secret']).toBe('s3cret');
  });

  it('a source is asked for each token request, so a rotated secret is used without a restart', async () => {
    const issuer = new VirtualIssuer();
    const secrets = ['first', 'second'];
    const client = issuer.client({ auth: clientSecret(() => secrets.shift() ?? '', { method: 'post' }) });
    await client.getToken();
    await client.getToken();
    issuer.passSeconds(3600);
    await client.getToken();
    expect(issuer.tokenRequests.map(({ form }) => form.get('client_secret'))).toEqual(['first', 'second']);
  });

  it('a source that fails is an error with its cause, no request, and is asked again with pauses', async () => {
    const issuer = new VirtualIssuer();
    let asked = 0;
    const vault = () => {
      asked++;
      throw new Error('the vault is sealed');
    };
    const client = issuer.client({ auth: clientSecret(vault) });
    for (let i = 0; i < 50; i++) {
      const error = await thrownBy(client.getToken());
      expect(error).toBeInstanceOf(TokenRequestFailed);
      expect(error).toMatchObject({ temporary: true, cause: { message: 'the vault is sealed' } });
    }
    expect([asked, issuer.tokenRequests.length]).toEqual([1, 0]);
  });
});

describe('privateKeyJwt', () => {
  let ec: JWK;
  beforeAll(async () => {
    ec = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
  });

  async function assertionOf(options: PrivateKeyJwtOptions): Promise<string> {
    const { headers, parameters } = await privateKeyJwt(options).authenticate(CONTEXT);
    expect(headers).toBeUndefined();
    expect(parameters?.['client_assertion_type']).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(Object.keys(parameters ?? {})).toEqual(['client_assertion_type', 'client_assertion']);
    return parameters?.['client_assertion'] ?? '';
  }

  it('RFC 7523 §3: client, sole audience, a minute to live whatever the clock, a fresh id each time', async () => {
    const auth = privateKeyJwt({ key: { ...ec, kid: 'k1' } });
    const assertions = await Promise.all(Array.from({ length: 50 }, () => auth.authenticate(CONTEXT)));
    const claims = assertions.map(({ parameters }) => decodeJwt(parameters?.['client_assertion'] ?? ''));
    expect(claims[0]).toMatchObject({ iss: 'sp_1', sub: 'sp_1', aud: CONTEXT.issuer, iat: 1_799_999_940, exp: 1_800_000_060 });
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(50);
    expect(decodeProtectedHeader(assertions[0]?.parameters?.['client_assertion'] ?? '')).toEqual({
      alg: 'ES256',
      typ: 'client-authentication+jwt',
      kid: 'k1',
    });
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): string => key.export({ format: 'pem', type } as never).toString();
  const jwk = (key: KeyObject): JWK => key.export({ format: 'jwk' }) as JWK;

  it.each<[string, PrivateKey, string]>([
    ['PKCS#8', pem(p256, 'pkcs8'), 'ES256'],
    ['SEC 1', pem(p384, 'sec1'), 'ES384'],
    ['PKCS#1', pem(rsa, 'pkcs1'), 'RS256'],
    ['PKCS#8 of Ed25519', pem(ed, 'pkcs8'), 'EdDSA'],
    ['a JWK', jwk(p384), 'ES384'],
    ['a JWK with alg', { ...jwk(rsa), alg: 'PS256' }, 'PS256'],
    ['a KeyObject', p256, 'ES256'],
    ['a KeyObject of RSA', rsa, 'RS256'],
  ])('signs with a key given as %s', async (_, key, alg) => {
    const assertion = await assertionOf({ key });
    expect(decodeProtectedHeader(assertion)).toEqual({ alg, typ: 'client-authentication+jwt' });
    const publicKey = createPublicKey(
      key instanceof KeyObject ? key : createPrivateKey(typeof key === 'string' ? key : { key: key as never, format: 'jwk' }),
    );
    await jwtVerify(assertion, publicKey, { issuer: 'sp_1', audience: CONTEXT.issuer, currentDate: new Date(CONTEXT.nowMs) });
  });

  it.each(['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'])('signs with a CryptoKey for %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const assertion = await assertionOf({ key: privateKey });
    expect(decodeProtectedHeader(assertion).alg).toBe(alg);
    await jwtVerify(assertion, publicKey, { currentDate: new Date(CONTEXT.nowMs) });
  });

  it('alg and kid of the options come before those of the JWK', async () => {
    const assertion = await assertionOf({ key: { ...jwk(rsa), alg: 'RS256', kid: 'old' }, alg: 'PS256', kid: 'new' });
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'PS256', kid: 'new' });
  });

  const marked = `d-of-nobody-${createHash('sha256').update('x').digest('hex')}`;
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /cannot be read/],
    ['text', marked, /cannot be read/],
    ['a public JWK', { ...jwk(p256), d: undefined }, /cannot be read|needs a private key/],
    ['a JWK with a broken member', { ...jwk(p256), d: { value: marked } }, /cannot be read/],
    ['a public KeyObject', createPublicKey(p256), /needs a private key/],
    ['an encrypted PEM', rsa.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }), /is encrypted/],
    ['a curve that nobody takes', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, /needs a key of/],
    ['a JWK for HMAC', { ...jwk(p256), alg: 'HS256' }, /is signed with one of/],
  ])('TypeError at once for %s, without a word of it', (_, key, message) => {
    const construct = () => privateKeyJwt({ key: key as PrivateKey });
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(message);
    try {
      construct();
    } catch (error) {
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('d-of-nobody');
    }
  });

  it('shows nothing of the key', async () => {
    const text = inspect(privateKeyJwt({ key: ec }), { depth: 20, showHidden: true });
    expect(text).not.toContain(ec.d);
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    expect(inspect(privateKeyJwt({ key: await exportPKCS8(privateKey) }), { depth: 20 })).not.toContain('PRIVATE');
  });
});
