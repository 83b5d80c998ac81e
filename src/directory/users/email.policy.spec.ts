import { describe, expect, it } from 'vitest';
import { domainOf, isDomain, readEmail } from './email.policy.js';

describe('readEmail', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace+news@Example.COM ', 'ada.lovelace+news@example.com'],
    ['jürgen@xn--mnchen-3ya.example', 'jürgen@xn--mnchen-3ya.example'],
    ['jürgen@example.com', 'jürgen@example.com'],
    ["o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"],
  ])('takes %j as %j', (text, email) => expect(readEmail(text)).toBe(email));

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@localhost',
    'ada@example..com',
    'ada@-example.com',
    'a b@example.com',
    'ada@exa\u0000mple.com',
    'ada\u200B@example.com',
    'ada@exämple.com',
    '"ada"@example.com',
    'ada@evil.com@example.com',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(250)}.com`,
  ])('refuses %j', (text) => expect(readEmail(text)).toBeUndefined());
});

describe('domainOf and isDomain', () => {
  it('tell the part after the @', () => expect(domainOf('ada@example.com')).toBe('example.com'));

  it.each(['example.com', 'a.b.example', 'xn--mnchen-3ya.de'])('%s is a domain', (text) => expect(isDomain(text)).toBe(true));
  it.each(['', 'com', 'Example.com', '*.example.com', '@example.com', 'example.com.', 'exa_mple.com'])('%j is none', (text) =>
    expect(isDomain(text)).toBe(false),
  );
});
