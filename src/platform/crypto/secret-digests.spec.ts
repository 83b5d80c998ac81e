import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mintSecret, type ClientSecretDigest } from '@countersign/oauth';
import { SecretDigests } from './secret-digests.js';

const pepper = (version: string): { version: string; bytes: Buffer } => ({ version, bytes: randomBytes(32) });
const [v1, v2] = [pepper('v1'), pepper('v2')];
const digests = (...peppers: { version: string; bytes: Buffer }[]): SecretDigests => new SecretDigests({ keyEncryptionKeys: {}, peppers });

function stored(by: SecretDigests, secret: string, id: string): ClientSecretDigest {
  return { id, expiresAt: undefined, ...by.digest(secret) };
}

describe('digests of secrets', () => {
  const secret = mintSecret('csn_secret');

  it('are HMAC-SHA-256 under the current pepper, whose version stands beside', () => {
    expect(digests(v2, v1).digest(secret)).toEqual({ digest: createHmac('sha256', v2.bytes).update(secret).digest(), pepperVersion: 'v2' });
  });

  it('find the one of several secrets that was presented', () => {
    const by = digests(v1);
    const [first, second] = [mintSecret('csn_secret'), mintSecret('csn_secret')];
    const list = [stored(by, first, 'sec_1'), stored(by, second, 'sec_2')];
    expect(by.match(second, list)?.id).toBe('sec_2');
    expect(by.match(first, list)?.id).toBe('sec_1');
    expect(by.match(mintSecret('csn_secret'), list)).toBeUndefined();
    expect(by.match('', list)).toBeUndefined();
    expect(by.match(first, [])).toBeUndefined();
  });

  it('of an old pepper go on matching while that pepper is configured, beside those of the new one', () => {
    const [old, fresh] = [mintSecret('csn_secret'), mintSecret('csn_secret')];
    const list = [stored(digests(v1), old, 'sec_old'), stored(digests(v2, v1), fresh, 'sec_new')];
    const rotated = digests(v2, v1);
    expect([rotated.match(old, list)?.id, rotated.match(fresh, list)?.id]).toEqual(['sec_old', 'sec_new']);
    const retired = digests(v2);
    expect([retired.match(old, list)?.id, retired.match(fresh, list)?.id]).toEqual([undefined, 'sec_new']);
  });

  it('are worth nothing under another pepper of the same version', () => {
    expect(digests(pepper('v1')).match(secret, [stored(digests(v1), secret, 'sec_1')])).toBeUndefined();
  });

  it('keys are derived from each pepper, the current one first, and differ by purpose', () => {
    const [ofV1] = digests(v1).derivedKeys('nonces');
    const [ofV2, second] = digests(v2, v1).derivedKeys('nonces');
    expect(second).toEqual(ofV1);
    expect(new Set([ofV1, ofV2, ...digests(v1).derivedKeys('else')].map((key) => key?.toString('hex'))).size).toBe(3);
  });

  it('are never made without a pepper', () => {
    expect(() => digests()).toThrow('no pepper');
  });
});
