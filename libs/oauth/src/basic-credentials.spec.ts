import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBasicCredentials, parseBasicCredentials } from './basic-credentials.js';

const refused = expect.objectContaining({ code: 'invalid_client', status: 401, message: 'Client authentication failed.' }) as Error;
const encoded = (text: string | Buffer): string => `Basic ${Buffer.from(text).toString('base64')}`;

// eslint-disable-next-line no-control-regex -- RFC 7617 §2 forbids them in both parts
const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/[\u0000-\u001F\u007F]/.test(text));

describe('RFC 7617 Basic credentials', () => {
  it('RFC 6749 §2.3.1: what was written is read again, whatever characters it holds', () => {
    fc.assert(
      fc.property(
        printable.filter((id) => id !== ''),
        printable,
        (clientId, clientSecret) => {
          expect(parseBasicCredentials(formatBasicCredentials({ clientId, clientSecret }))).toEqual({ clientId, clientSecret });
        },
      ),
    );
  });

  it('RFC 6749 §2.3.1: both parts are form-encoded, so a colon, a percent sign or a plus is no trap', () => {
    const header = formatBasicCredentials({ clientId: 'a:b', clientSecret: 'c+d e%!*' });
    expect(Buffer.from(header.slice(6), 'base64').toString()).toBe('a%3Ab:c%2Bd+e%25%21%2A');
  });

  it('a client that does not encode is understood where that makes no difference', () => {
    expect(parseBasicCredentials(encoded('sp_1:csn_secret_x:y'))).toEqual({ clientId: 'sp_1', clientSecret: 'csn_secret_x:y' });
  });

  it('any other scheme is somebody else’s', () => {
    for (const header of ['Bearer abc', 'Digest abc', 'DPoP abc', '', 'Basics abc', ' Basic YTpi'])
      expect(parseBasicCredentials(header)).toBeUndefined();
  });

  it('the scheme is compared without case', () => {
    for (const scheme of ['Basic', 'basic', 'BASIC', 'bAsIc'])
      expect(parseBasicCredentials(`${scheme} YTpi`)).toEqual({ clientId: 'a', clientSecret: 'b' });
  });

  it.each([
    ['nothing behind the scheme', 'Basic'],
    ['an empty token', 'Basic '],
    ['two tokens', 'Basic YTpi YTpi'],
    ['two spaces', 'Basic  YTpi'],
    ['no Base64', 'Basic !!!'],
    ['base64url', 'Basic -_-_'],
    ['a missing padding', 'Basic YTpiYw'],
    ['a padding too many', 'Basic YTpi='],
    ['bits behind the end', 'Basic YTpiYx=='],
    ['no colon', encoded('abc')],
    ['no client id', encoded(':secret')],
    ['a NUL', encoded('a\0:b')],
    ['an encoded NUL', encoded('a:b%00')],
    ['an encoded line break', encoded('a:b%0D%0A')],
    ['broken percent-encoding', encoded('%zz:b')],
    ['invalid UTF-8 behind percent signs', encoded('a:%c0%ae')],
  ])('attack 48: invalid_client for %s', (_, header) => {
    expect(() => parseBasicCredentials(header)).toThrow(refused);
  });

  it('any header is read, passed on or refused as invalid_client, never anything else', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((list) => encoded(Buffer.from(list)));
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.string({ unit: 'binary' }).map((text) => `Basic ${text}`),
        ),
        (header) => {
          try {
            expect(parseBasicCredentials(header)?.clientId).toBeTruthy();
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_client', message: 'Client authentication failed.' });
          }
        },
      ),
    );
  });
});
