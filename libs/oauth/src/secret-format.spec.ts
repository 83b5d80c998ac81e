import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSecret, isSecret, mintSecret, parseSecret, SECRET_PATTERN, SECRET_PREFIXES } from './secret-format.js';

describe('a secret', () => {
  it.each(SECRET_PREFIXES)('of %s has its prefix, 43 digits of base62 for 256 bits, and 6 of a checksum', (prefix) => {
    const secret = mintSecret(prefix);
    expect(secret).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{49}$`));
    expect(isSecret(secret, prefix)).toBe(true);
    expect(SECRET_PATTERN.exec(`password: "${secret}"`)?.[0]).toBe(secret);
  });

  it('is never the same twice, and uses every digit in every place but the first', () => {
    const secrets = Array.from({ length: 3_000 }, () => mintSecret('csn_secret').slice('csn_secret_'.length));
    expect(new Set(secrets).size).toBe(secrets.length);
    for (let place = 1; place < 43; place++) expect(new Set(secrets.map((secret) => secret[place])).size).toBe(62);
  });

  it('of one kind is not one of another', () => {
    for (const made of SECRET_PREFIXES) for (const asked of SECRET_PREFIXES) expect(isSecret(mintSecret(made), asked)).toBe(made === asked);
  });

  it('with one character mistyped, left out, doubled or swapped is told without asking the server', () => {
    const secret = mintSecret('csn_secret');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: secret.length - 1 }), fc.constantFrom(...'0Aaz9_-é '), (at, character) => {
        const typed = [
          secret.slice(0, at) + character + secret.slice(at + 1),
          secret.slice(0, at) + secret.slice(at + 1),
          secret.slice(0, at) + secret[at] + secret.slice(at),
          secret.slice(0, at) + (secret[at + 1] ?? '') + secret[at] + secret.slice(at + 2),
        ];
        for (const text of typed) if (text !== secret) expect(isSecret(text, 'csn_secret')).toBe(false);
      }),
    );
  });

  it('no other text is one, and none makes the check throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(isSecret(text, 'csn_secret')).toBe(false)));
    expect(isSecret('', 'csn_secret')).toBe(false);
    expect(isSecret('csn_secret_', 'csn_secret')).toBe(false);
  });

  it('of given bytes gives them back, and any other text nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (array) => {
        const bytes = Buffer.from(array);
        expect(parseSecret(formatSecret('csn_rt', bytes), 'csn_rt')).toEqual(bytes);
      }),
    );
    expect(parseSecret(mintSecret('csn_secret'), 'csn_rt')).toBeUndefined();
    expect(parseSecret('csn_rt_', 'csn_rt')).toBeUndefined();
    expect(() => formatSecret('csn_rt', Buffer.alloc(31))).toThrow();
  });
});
