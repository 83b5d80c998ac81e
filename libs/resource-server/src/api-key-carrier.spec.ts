import { describe, expect, it } from 'vitest';
import { apiKeyIn } from './api-key-carrier.js';

const KEY = 'csn_key_live_x';
const BEARER = `Bearer ${KEY}`;

describe('the API key of a request', () => {
  it('is what X-API-Key holds, and a Bearer credential with the prefix of keys', () => {
    expect(apiKeyIn({ rawHeaders: ['X-API-Key', KEY] })).toEqual({ carrier: 'x-api-key', key: KEY });
    expect(apiKeyIn({ rawHeaders: ['authorization', BEARER] })).toEqual({ carrier: 'authorization', key: KEY });
    expect(apiKeyIn({ rawHeaders: ['authorization', 'Bearer eyJ'] })).toBeUndefined();
  });

  // Seen to fail with the last line taken: which of two counts must not be a guess.
  it.each([
    [['Authorization', BEARER, 'Authorization', 'Bearer eyJ']],
    [['Authorization', 'Bearer eyJ', 'AUTHORIZATION', BEARER]],
    [['authorization', '', 'authorization', BEARER]],
  ])('RS-3: refused with two Authorization headers: %j', (rawHeaders) => {
    expect(() => apiKeyIn({ rawHeaders })).toThrow(expect.objectContaining({ reason: 'duplicate_authorization' }));
  });

  it('refused with two X-API-Key headers', () => {
    const twice = expect.objectContaining({ reason: 'several_credentials' }) as Error;
    expect(() => apiKeyIn({ rawHeaders: ['X-API-Key', KEY, 'x-api-key', KEY] })).toThrow(twice);
    expect(() => apiKeyIn({ headers: { 'x-api-key': [KEY, KEY] } })).toThrow(twice);
  });
});
