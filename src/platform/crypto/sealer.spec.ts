import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MissingKeyEncryptionKey, Sealer } from './sealer.js';

const key = (version: string): { version: string; bytes: Buffer } => ({ version, bytes: randomBytes(32) });
const external = key('v1');
const internal = key('v1');
const sealer = new Sealer({ keyEncryptionKeys: { external: [external], internal: [internal] }, peppers: [] });
const secret = Buffer.from('a private key');

describe('envelope encryption at rest', () => {
  it('opens what it sealed, and never seals the same twice alike', async () => {
    const [one, another] = [await sealer.seal('external', 'signing-key:a', secret), await sealer.seal('external', 'signing-key:a', secret)];
    expect(one).not.toBe(another);
    expect(Buffer.from(await sealer.open('external', 'signing-key:a', one))).toEqual(secret);
    expect(one).not.toContain(secret.toString('base64url'));
  });

  // Seen to fail when open() does not compare the purpose.
  it('refuses a value in the place of another: another purpose, another zone', async () => {
    const sealed = await sealer.seal('external', 'signing-key:a', secret);
    await expect(sealer.open('external', 'signing-key:b', sealed)).rejects.toThrow('in the place of another');
    const same = new Sealer({ keyEncryptionKeys: { external: [external], internal: [external] }, peppers: [] });
    await expect(same.open('internal', 'signing-key:a', sealed)).rejects.toThrow('in the place of another');
    await expect(sealer.open('internal', 'signing-key:a', sealed)).rejects.toThrow();
  });

  it('refuses a purpose that was rewritten, because it is authenticated', async () => {
    const sealed = await sealer.seal('external', 'signing-key:a', secret);
    const [header = '', ...rest] = sealed.split('.');
    const forged = Buffer.from(Buffer.from(header, 'base64url').toString().replace('signing-key:a', 'signing-key:b')).toString('base64url');
    await expect(sealer.open('external', 'signing-key:b', [forged, ...rest].join('.'))).rejects.toThrow();
  });

  it('refuses a value of which any part was changed', async () => {
    const parts = (await sealer.seal('external', 'p', secret)).split('.');
    for (const [i, part] of parts.entries()) {
      const changed = parts.with(i, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
      await expect(sealer.open('external', 'p', changed)).rejects.toThrow();
    }
  });

  it('seals with the first key and opens with every one, so that keys can be changed', async () => {
    const old = await sealer.seal('external', 'p', secret);
    const both = new Sealer({ keyEncryptionKeys: { external: [key('v2'), external] }, peppers: [] });
    expect(Buffer.from(await both.open('external', 'p', old))).toEqual(secret);
    await expect(sealer.open('external', 'p', await both.seal('external', 'p', secret))).rejects.toThrow(
      'The key-encryption key "v2" of the external zone is not configured.',
    );
  });

  it('says when the key is another one under the old name', async () => {
    const other = new Sealer({ keyEncryptionKeys: { external: [key('v1')] }, peppers: [] });
    await expect(other.open('external', 'p', await sealer.seal('external', 'p', secret))).rejects.toThrow(
      'The key-encryption key "v1" of the external zone is another one than the one that sealed what is stored.',
    );
  });

  it('says which key is missing, and holds none of a zone it does not serve', async () => {
    const one = new Sealer({ keyEncryptionKeys: { external: [external] }, peppers: [] });
    await expect(one.seal('internal', 'p', secret)).rejects.toThrow(MissingKeyEncryptionKey);
    await expect(one.open('internal', 'p', await sealer.seal('internal', 'p', secret))).rejects.toThrow(MissingKeyEncryptionKey);
  });
});
