import { describe, expect, it } from 'vitest';
import { isExternalIdentifier, lookupKeyOf } from './api-identifier.policy.js';

describe('RI-3: spellings of one identifier', () => {
  it.each([
    ['https://M.example.com', 'https://m.example.com'],
    ['HTTPS://m.example.com/', 'https://m.example.com'],
    ['https://m.example.com:443', 'https://m.example.com'],
    ['http://m.example.com:80/', 'http://m.example.com'],
    ['https://M.example.com:443/V1', 'https://m.example.com/V1'],
    ['https://[2001:DB8::1]:443/', 'https://[2001:db8::1]'],
  ])('meet: %s', (a, b) => {
    expect(lookupKeyOf(a)).toBe(lookupKeyOf(b));
  });

  it.each([
    ['https://m.example.com/v1', 'https://m.example.com/V1'],
    ['https://m.example.com/v1', 'https://m.example.com/v1/'],
    ['https://m.example.com:8443', 'https://m.example.com'],
    ['https://m.example.com:80', 'https://m.example.com'],
    ['https://m.example.com/a/../v1', 'https://m.example.com/v1'],
    ['https://m.example.com/%76', 'https://m.example.com/v'],
    ['https://x@m.example.com', 'https://m.example.com'],
    ['My-Api', 'my-api'],
  ])('stay apart: %s and %s', (a, b) => {
    expect(lookupKeyOf(a)).not.toBe(lookupKeyOf(b));
  });
});

describe('RFC 8707 §2: an external identifier', () => {
  it.each(['https://api.example.com', 'https://api.example.com/v1?x=1', 'urn:example:api', 'my-api', 'http://localhost:3000/v1'])(
    'may be %s',
    (text) => {
      expect(isExternalIdentifier(text)).toBe(true);
    },
  );
  it.each([
    '',
    'https://api.example.com/#x',
    'https://user@api.example.com',
    'a b',
    'https://',
    'https://x/\\y',
    '-api',
    'api\n',
    `https://${'x'.repeat(300)}`,
  ])('may not be %j', (text) => {
    expect(isExternalIdentifier(text)).toBe(false);
  });
});
