import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormParameters } from './form-parameters.js';

const refused = expect.objectContaining({ code: 'invalid_request', status: 400 }) as Error;

describe('a form', () => {
  it('what URLSearchParams writes is read again, repeats in their order', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme', minLength: 1 })), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(pairs, (list) => {
        const form = FormParameters.parse(new URLSearchParams(list).toString());
        for (const [name] of list) expect(form.list(name)).toEqual(list.filter(([other]) => other === name).map(([, value]) => value));
      }),
    );
  });

  it('RFC 6749 §3.2: a parameter without a value counts as left out', () => {
    const form = FormParameters.parse('scope=&audience&&a=1');
    expect([form.has('scope'), form.find('audience'), form.list('scope'), form.find('a')]).toEqual([false, undefined, [], '1']);
  });

  it('plus is a space, and only the first = divides', () => {
    const form = FormParameters.parse('scope=a+b&x=1%2B1&y=a=b');
    expect([form.get('scope'), form.get('x'), form.get('y')]).toEqual(['a b', '1+1', 'a=b']);
  });

  it('bracket names are names, not objects, and names of every object are nothing special', () => {
    const form = FormParameters.parse('grant_type[]=a&grant_type[x]=b&__proto__=c&constructor=d');
    expect([
      form.find('grant_type'),
      form.find('grant_type[]'),
      form.get('__proto__'),
      form.get('constructor'),
      form.find('toString'),
    ]).toEqual([undefined, 'a', 'c', 'd', undefined]);
  });

  it.each([
    ['a broken percent sign', 'a=%zz'],
    ['a cut percent sign', 'a=%4'],
    ['an overlong UTF-8 sequence', 'a=%c0%ae'],
    ['half a surrogate in UTF-8', 'a=%ed%a0%80'],
    ['a broken name', '%ff=1'],
    ['a value over 16 KiB', `a=${'x'.repeat(16_385)}`],
    ['a name over 16 KiB', `${'x'.repeat(16_385)}=a`],
    ['101 parameters', Array.from({ length: 101 }, (_, i) => `p${i}=1`).join('&')],
  ])('invalid_request for %s', (_, body) => {
    expect(() => FormParameters.parse(body)).toThrow(refused);
  });

  it('any text is read or refused as invalid_request, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a=&%+0-9f]{0,40}$/)), (body) => {
        try {
          FormParameters.parse(body).refuseRepeats();
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' });
        }
      }),
    );
  });

  it('the refusal of a missing parameter names it', () => {
    expect(() => FormParameters.parse('').get('grant_type')).toThrow('grant_type');
  });
});

describe('RFC 6749 §3.2 repeats', () => {
  const form = (body: string): FormParameters => FormParameters.parse(body);

  it('are refused even with equal values, and even of unknown parameters', () => {
    expect(() => form('scope=a&scope=a').refuseRepeats()).toThrow(refused);
    expect(() => form('x=1&x=2').refuseRepeats()).toThrow(refused);
  });

  it('an empty one beside a full one is no repeat', () => {
    expect(() => form('scope=&scope=a').refuseRepeats()).not.toThrow();
  });

  it('RFC 8707 §2: resource may occur several times, and so may what a grant declares, but not without end', () => {
    expect(() => form('resource=a&resource=b').refuseRepeats()).not.toThrow();
    expect(() => form('audience=a&audience=b').refuseRepeats()).toThrow(refused);
    expect(() => form('audience=a&audience=b').refuseRepeats(['audience'])).not.toThrow();
    expect(() => form(Array.from({ length: 21 }, () => 'resource=a').join('&')).refuseRepeats()).toThrow(refused);
  });

  it('the name goes to the log only, and only its harmless characters', () => {
    try {
      form('a%0ab=1&a%0ab=2').refuseRepeats();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ detail: 'repeated_a?b', message: 'A parameter is repeated; each may be sent once.' });
    }
  });
});
