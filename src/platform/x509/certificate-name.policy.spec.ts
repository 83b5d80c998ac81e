import { describe, expect, it } from 'vitest';
import type { Name } from './certificate-facts.js';
import { bearsName, readCertificateName } from './certificate-name.policy.js';

describe('the name that a client is registered with', () => {
  it.each([
    ['agent.example.com', 'dns', 'agent.example.com'],
    ['Agent.Example.COM', 'dns', 'agent.example.com'],
    ['agent', 'dns', 'agent'],
    ['spiffe://example.com/Agent', 'uri', 'spiffe://example.com/Agent'],
    ['urn:acme:agent', 'uri', 'urn:acme:agent'],
    ['203.0.113.7', 'ip', '203.0.113.7'],
    ['2001:DB8::1', 'ip', '2001:db8:0:0:0:0:0:1'],
    ['Agent@Example.COM', 'email', 'Agent@example.com'],
  ])('%s is of the kind %s', (text, type, value) => {
    expect(readCertificateName(text)).toEqual({ type, value });
    expect(readCertificateName({ type, value: text })).toEqual({ type, value });
  });

  it.each<[unknown]>([
    ['*.example.com'],
    [{ type: 'uri', value: 'https://*.example.com' }],
    [''],
    ['a b'],
    ['example.com.'],
    ['-a.example.com'],
    [`${'a'.repeat(64)}.example.com`],
    ['a@b@c'],
    ['@example.com'],
    ['agent.example.com\u0000.evil.example'],
    ['münchen.example'],
    [{ type: 'ip', value: '010.0.0.1' }],
    [{ type: 'ip', value: '127.1' }],
    [{ type: 'ip', value: 'fe80::1%eth0' }],
    [{ type: 'ip', value: '10.0.0.0/8' }],
    [{ type: 'dn', value: 'CN=x' }],
    [{ type: 'dns', value: 7 }],
    [{ type: 'dns', value: 'a.example', more: 1 }],
    [{ type: 'constructor', value: 'x' }],
    [{}],
    [null],
    [7],
    [['agent.example.com']],
  ])('%j is refused in words', (sent) => {
    expect(readCertificateName(sent)).toEqual({ mistake: expect.stringMatching(/^The name .+\.$/) });
  });
});

describe('section 13 MTLS-3: a certificate', () => {
  const bears = (name: string, ...names: Name[]): boolean => {
    const read = readCertificateName(name);
    if ('mistake' in read) throw new Error(read.mistake);
    return bearsName({ names }, read);
  };

  it('bears a name in one of several, exactly, in the form of the kind', () => {
    const other: Name = { form: 'dNSName', text: 'other.example' };
    expect(bears('a.example', other, { form: 'dNSName', text: 'A.Example' })).toBe(true);
    expect(bears('a@Example.com', { form: 'rfc822Name', text: 'a@example.COM' })).toBe(true);
    expect(bears('2001:db8::1', { form: 'iPAddress', text: '2001:0db8::0001' })).toBe(true);
    expect(bears('https://a.example/x', { form: 'uniformResourceIdentifier', text: 'https://a.example/x' })).toBe(true);
  });

  it.each<[string, Name]>([
    ['a.example', { form: 'dNSName', text: '*.example' }],
    ['a.example', { form: 'dNSName', text: 'a.example.' }],
    ['a.example', { form: 'dNSName', text: 'a.example\u0000.evil.example' }],
    ['a.example', { form: 'rfc822Name', text: 'a.example' }],
    ['a.example', { form: 'uniformResourceIdentifier', text: 'a.example' }],
    ['https://a.example/x', { form: 'uniformResourceIdentifier', text: 'https://A.example/x' }],
    ['https://a.example/x', { form: 'uniformResourceIdentifier', text: 'https://a.example/x/' }],
    ['a@example.com', { form: 'rfc822Name', text: 'A@example.com' }],
    ['203.0.113.7', { form: 'iPAddress', text: '203.0.113.0/24' }],
    ['203.0.113.7', { form: 'dNSName', text: '203.0.113.7' }],
  ])('with another name than %s is refused: %j', (registered, name) => {
    expect(bears(registered, name)).toBe(false);
  });

  it('without names bears none', () => {
    expect(bears('a.example')).toBe(false);
  });
});
