import { createHmac, createSign, generateKeyPairSync, KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { testIssuer, type TestIssuer, type TestTokenOptions } from '@countersign/testing';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { LocalJwks } from './local-jwks.js';
import { TokenRefused } from './token-refused.js';

const AUDIENCE = 'https://api.example/analytics';
const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (segment: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(segment ?? '', 'base64url').toString()) as Record<string, unknown>;

/** Attacks 1 to 16 of the requirements, as far as a guard meets them. */
describe('attacks on access tokens', () => {
  let issuer: TestIssuer;
  let verifier: AccessTokenVerifier;
  let keys: LocalJwks;
  let good: string;
  let segments: string[];

  beforeAll(async () => {
    issuer = await testIssuer({ audience: AUDIENCE });
    keys = await LocalJwks.from(issuer.jwks);
    verifier = new AccessTokenVerifier({ issuer: issuer.issuer, keys });
    good = await issuer.tokenFor();
    segments = good.split('.');
    await verifier.verify(good, { audience: AUDIENCE });
  });

  async function refusal(token: string, judge = verifier): Promise<TokenRefused> {
    const error: unknown = await judge.verify(token, { audience: AUDIENCE }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenRefused);
    return error as TokenRefused;
  }

  const header = (members: object) => encode({ ...decode(segments[0]), ...members });
  const reheaded = (members: object) => `${header(members)}.${segments[1]}.${segments[2]}`;

  it.each(['none', 'None', 'nOnE', 'NONE', ''])('attack 1: refuses alg "%s", signed or not', async (alg) => {
    expect((await refusal(reheaded({ alg }))).reason).toBe('algorithm');
    expect((await refusal(`${header({ alg })}.${segments[1]}.`)).reason).toBe('malformed');
    expect((await refusal(`${header({ alg })}.${segments[1]}`)).reason).toBe('malformed');
  });

  it('attack 1: refuses an emptied signature', async () => {
    expect((await refusal(`${segments[0]}.${segments[1]}.`)).reason).toBe('malformed');
    expect((await refusal(`${segments[0]}.${segments[1]}.AA`)).reason).toBe('signature');
  });

  it.each(['HS256', 'HS384', 'HS512'])('attack 2: refuses %s keyed with the public key', async (alg) => {
    const jwk = issuer.jwks.keys[0];
    const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
    for (const secret of [JSON.stringify(jwk), String(jwk?.n), String(pem)]) {
      const input = `${header({ alg })}.${segments[1]}`;
      const mac = createHmac(alg.replace('HS', 'sha'), secret).update(input).digest('base64url');
      expect((await refusal(`${input}.${mac}`)).reason).toBe('algorithm');
    }
  });

  it('attack 3: refuses a key used with the algorithm of another', async () => {
    const pss = await testIssuer({ audience: AUDIENCE, alg: 'PS256' });
    const both = new AccessTokenVerifier({
      issuer: issuer.issuer,
      keys: await LocalJwks.from({ keys: [...issuer.jwks.keys, ...pss.jwks.keys] }),
    });
    for (const [alg, kid] of [
      ['PS256', issuer.kid],
      ['RS256', pss.kid],
      ['ES256', issuer.kid],
    ]) {
      expect((await refusal(reheaded({ alg, kid }), both)).reason).toBe('algorithm');
    }
    const rsaOnly = new AccessTokenVerifier({ issuer: pss.issuer, keys: await LocalJwks.from(pss.jwks), algorithms: ['RS256'] });
    expect((await refusal(await pss.tokenFor(), rsaOnly)).reason).toBe('algorithm');
  });

  it.each([
    ['a path', '../../etc/passwd', 'key_unknown'],
    ['SQL', "' OR 1=1 --", 'key_unknown'],
    ['look-alikes', 'ｋey', 'key_unknown'],
    ['a property of every object', '__proto__', 'key_unknown'],
    ['10 kB', 'k'.repeat(10_000), 'too_large'],
    ['300 characters', 'k'.repeat(300), 'header'],
    ['nothing', '', 'header'],
    ['an array', ['k'], 'header'],
    ['null', null, 'header'],
    ['an object', { toString: 'x' }, 'header'],
  ])('attack 4: refuses a kid that is %s', async (_, kid, reason) => {
    expect((await refusal(reheaded({ kid }))).reason).toBe(reason);
  });

  it('attack 4: refuses a token without kid', async () => {
    expect((await refusal(await issuer.tokenFor({ header: { kid: undefined } }))).reason).toBe('header');
  });

  it.each(['jku', 'x5u'])('attack 5: refuses %s and fetches nothing', async (member) => {
    const fetch = vi.spyOn(globalThis, 'fetch');
    expect((await refusal(await issuer.tokenFor({ header: { [member]: 'https://attacker.example/keys' } }))).reason).toBe('header');
    expect(fetch).not.toHaveBeenCalled();
    fetch.mockRestore();
  });

  // Seen failing with the key taken from the header.
  it('attack 6: ignores an embedded key; the signature fails', async () => {
    const attacker = await testIssuer({ audience: AUDIENCE });
    const token = await attacker.tokenFor({ header: { kid: issuer.kid, jwk: attacker.jwks.keys[0], x5c: ['MIIB'] } });
    expect((await refusal(token)).reason).toBe('signature');
  });

  it.each<[string, object]>([
    ['crit exp', { crit: ['exp'], exp: 1 }],
    ['crit unknown', { crit: ['urn:x'], 'urn:x': true }],
    ['crit empty', { crit: [] }],
    ['b64 false', { b64: false }],
    ['b64 false, critical', { b64: false, crit: ['b64'] }],
    ['zip', { zip: 'DEF' }],
  ])('attack 7: refuses %s in a well signed header', async (_, members) => {
    expect((await refusal(signRaw(issuer, header(members), JSON.stringify(decode(segments[1]))))).reason).toBe('header');
  });

  it.each<[string, (token: string) => string]>([
    ['JSON serialisation', () => JSON.stringify({ payload: 'x', protected: 'x', signature: 'x' })],
    ['five parts', (token) => `${token}.a.b`],
    ['a trailing dot', (token) => `${token}.`],
    ['a leading dot', (token) => `.${token}`],
    ['padding', (token) => `${token}==`],
    ['padding inside', (token) => token.replace('.', '=.')],
    ['white space', (token) => `${token} `],
    ['a line break', (token) => `${token}\n`],
    ['a NUL', (token) => `${token}\0`],
    ['the plain base64 alphabet', (token) => `${token}+/`],
    ['full-width letters', (token) => `${token}ａ`],
    ['double encoding', (token) => token.split('.').map(encode).join('.')],
    ['nothing', () => ''],
    ['two dots', () => '..'],
  ])('attack 7: refuses %s', async (_, spoil) => {
    expect((await refusal(spoil(good))).reason).toBe('malformed');
  });

  it.each<[string, (claims: string) => string]>([
    ['twice the same member', (claims) => claims.replace('{', '{"sub":"sp_admin",')],
    ['a member spelled with an escape', (claims) => claims.replace('{', '{"\\u0073ub":"sp_admin",')],
    ['a duplicate inside an object', (claims) => claims.replace('{', '{"act":{"sub":"a","sub":"b"},')],
  ])('attack 8: refuses %s in signed claims', async (_, spoil) => {
    expect((await refusal(signRaw(issuer, segments[0] ?? '', spoil(Buffer.from(segments[1] ?? '', 'base64url').toString())))).reason).toBe(
      'malformed',
    );
  });

  it('attack 8: takes claims with white space and no duplicate', async () => {
    const spaced = JSON.stringify(decode(segments[1]), undefined, 2);
    await expect(verifier.verify(signRaw(issuer, segments[0] ?? '', spaced), { audience: AUDIENCE })).resolves.toBeDefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['exp as string', { exp: '9999999999' }],
    ['exp missing', { exp: undefined }],
    ['exp negative', { exp: -1 }],
    ['exp in the year 9999', { exp: 253402300799 }],
    ['exp null', { exp: null }],
    ['exp before iat', { exp: 1, iat: 2 }],
    ['iat missing', { iat: undefined }],
    ['iat as string', { iat: '1' }],
    ['nbf as string', { nbf: '1' }],
    ['sub missing', { sub: undefined }],
    ['sub a number', { sub: 1 }],
    ['sub empty', { sub: '' }],
    ['jti missing', { jti: undefined }],
    ['client_id missing', { client_id: undefined }],
    ['scope missing', { scope: undefined }],
    ['scope a list', { scope: ['read:analytics-data'] }],
    ['principal_type missing', { principal_type: undefined }],
    ['principal_type unknown', { principal_type: 'root' }],
    ['cred missing', { cred: undefined }],
    ['root missing', { root: undefined }],
    ['org_id a list', { org_id: ['org_a'] }],
    ['act a string', { act: 'usr_a' }],
    ['cnf a string', { cnf: 'jkt' }],
    ['ancestors an object', { ancestors: { jti: 'a', client_id: 'b', cred: 'c' } as never }],
    ['an ancestor without a credential', { ancestors: [{ jti: 'a', client_id: 'b', aud: 'd', scope: '' }] as never }],
    ['an ancestor without its scopes', { ancestors: [{ jti: 'a', client_id: 'b', cred: 'c', aud: 'd' }] as never }],
    [
      'an ancestor whose organization is a number',
      { ancestors: [{ jti: 'a', client_id: 'b', cred: 'c', aud: 'd', scope: '', org_id: 1 }] as never },
    ],
  ])('attack 9: refuses %s', async (_, claims) => {
    expect((await refusal(await issuer.tokenFor({ claims }))).reason).toBe('claims');
  });

  it('attack 9: refuses exp 1e400', async () => {
    const claims = JSON.stringify({ ...decode(segments[1]), exp: 0 }).replace('"exp":0', '"exp":1e400');
    expect((await refusal(signRaw(issuer, segments[0] ?? '', claims))).reason).toBe('claims');
  });

  it.each([
    'JWT',
    undefined,
    '',
    'dpop+jwt',
    'client-authentication+jwt',
    'oauth-authz-req+jwt',
    'oauth-id-jag+jwt',
    'logout+jwt',
    'secevent+jwt',
    'txntoken+jwt',
    'token-introspection+jwt',
    'wit+jwt',
    'at+jwt ',
    'xat+jwt',
    'application/application/at+jwt',
    1,
    ['at+jwt'],
  ])('attack 10: refuses typ %j', async (typ) => {
    expect((await refusal(await issuer.tokenFor({ header: { typ } }))).reason).toBe('type');
  });

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('RFC 9068 §4: takes typ %s', async (typ) => {
    await expect(verifier.verify(await issuer.tokenFor({ header: { typ } }), { audience: AUDIENCE })).resolves.toBeDefined();
  });

  it('attack 11: refuses a token of another issuer with keys of its own', async () => {
    const other = await testIssuer({ issuer: 'https://issuer.example/tenant-a', audience: AUDIENCE });
    expect((await refusal(await other.tokenFor())).reason).toBe('key_unknown');
  });

  it.each([
    'https://issuer.example.evil',
    'https://issuer.example/',
    'https://ISSUER.example',
    'https://issuer.example:443',
    'http://issuer.example',
    'https://issuer.example/tenant-a',
    '',
    undefined,
    ['https://issuer.example'],
  ])('attack 12: refuses the issuer %j even under our key', async (iss) => {
    expect((await refusal(await issuer.tokenFor({ claims: { iss } }))).reason).toBe('issuer');
  });

  it.each<[unknown]>([
    [[AUDIENCE, 'https://other.example']],
    [[AUDIENCE, AUDIENCE]],
    [[]],
    [AUDIENCE.slice(0, -1)],
    [`${AUDIENCE}/`],
    [AUDIENCE.toUpperCase()],
    ['https://api.example'],
    [undefined],
    [null],
    [''],
    [[[AUDIENCE]]],
    [{ 0: AUDIENCE }],
  ])('attack 13: refuses the audience %j', async (aud) => {
    expect((await refusal(await issuer.tokenFor({ claims: { aud } }))).reason).toBe('audience');
  });

  it('attack 13: takes a list of our audience alone', async () => {
    const token = await issuer.tokenFor({ claims: { aud: [AUDIENCE] } });
    expect((await verifier.verify(token, { audience: AUDIENCE })).claims.aud).toBe(AUDIENCE);
  });

  it.each<[string, number[]]>([
    ['zeros', Array<number>(64).fill(0)],
    ['r = 0', [...Array<number>(32).fill(0), ...Array<number>(32).fill(1)]],
    ['s = 0', [...Array<number>(32).fill(1), ...Array<number>(32).fill(0)]],
    ['ones', Array<number>(64).fill(255)],
    ['63 bytes', Array<number>(63).fill(1)],
    ['DER', [0x30, 6, 2, 1, 1, 2, 1, 1]],
  ])('attack 15: refuses an ECDSA signature of %s', async (_, bytes) => {
    const ec = await testIssuer({ audience: AUDIENCE, alg: 'ES256' });
    const judge = new AccessTokenVerifier({ issuer: ec.issuer, keys: await LocalJwks.from(ec.jwks) });
    const [head, claims] = (await ec.tokenFor()).split('.');
    expect((await refusal(`${head}.${claims}.${Buffer.from(bytes).toString('base64url')}`, judge)).reason).toBe('signature');
  });

  it('attack 16: refuses encrypted tokens and giants without work', async () => {
    const started = performance.now();
    const jwe = [encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AA', zip: 'DEF' }), 'a', 'b', 'c', 'd'].join(
      '.',
    );
    expect((await refusal(jwe)).reason).toBe('malformed');
    expect((await refusal('a'.repeat(8193))).reason).toBe('too_large');
    expect((await refusal(`${'x'.repeat(5_000_000)}.x.x`)).reason).toBe('too_large');
    // The key derivation that p2c asks for would take minutes.
    expect(performance.now() - started).toBeLessThan(500);
  });

  // Seen failing with the signature check skipped.
  it('refuses a good header and signature over other claims', async () => {
    const claims = encode({ ...decode(segments[1]), org_id: 'org_victim' });
    expect((await refusal(`${segments[0]}.${claims}.${segments[2]}`)).reason).toBe('signature');
  });

  it.each<[string, TestTokenOptions['claims']]>([
    ['unproven jkt', { cnf: { jkt: 'a' } }],
    ['unknown member', { cnf: { jwe: 'a' } }],
    ['no member', { cnf: {} }],
    ['inherited member', { cnf: { constructor: 'a' } }],
  ])('RFC 7800 §3.1: refuses a confirmation with %s', async (_, claims) => {
    expect((await refusal(await issuer.tokenFor({ claims }))).reason).toBe('confirmation');
  });

  it('RFC 7800 §3.1: one proven member does not stand for another', async () => {
    const token = await issuer.tokenFor({ claims: { cnf: { jkt: 'a', 'x5t#S256': 'b' } } });
    await expect(verifier.verify(token, { audience: AUDIENCE, proven: { jkt: 'a' } })).rejects.toMatchObject({ reason: 'confirmation' });
    await expect(verifier.verify(token, { audience: AUDIENCE, proven: { jkt: 'a', 'x5t#S256': 'b' } })).resolves.toBeDefined();
  });
});

/** RS256 over segments that jose would not sign. */
function signRaw(issuer: TestIssuer, headerSegment: string, claims: string): string {
  const input = `${headerSegment}.${encode(claims)}`;
  return `${input}.${createSign('RSA-SHA256').update(input).sign(KeyObject.from(issuer.privateKey)).toString('base64url')}`;
}
