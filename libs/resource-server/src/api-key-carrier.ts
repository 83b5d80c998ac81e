import { MalformedCredentials } from './bearer-token.js';

/** Where a request carries an API key, or a personal access token. */
export interface CarriedApiKey {
  readonly carrier: 'x-api-key' | 'authorization';
  readonly key: string;
}

interface Headers {
  /** As node received them; one of the two forms is enough. */
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

const AS_BEARER = /^bearer csn_(?:key_live|pat)_/i;
/** Of "Bearer ". */
const SCHEME_LENGTH = 7;

/**
 * The key of a request; undefined when it carries none. Whatever stands in `X-API-Key` is one; in `Authorization` its prefix tells it
 * from an access token.
 * @throws MalformedCredentials for two keys, or two `Authorization` lines
 */
export function apiKeyIn({ rawHeaders, headers }: Headers): CarriedApiKey | undefined {
  if (rawHeaders) return keyInRaw(rawHeaders);
  const own = headers?.['x-api-key'];
  if (own === undefined) return bearerKey(headers?.['authorization']);
  if (typeof own !== 'string') throw repeated();
  return { carrier: 'x-api-key', key: own };
}

/** On the hot path of every token too: compares lengths before names, and makes nothing. */
function keyInRaw(rawHeaders: readonly string[]): CarriedApiKey | undefined {
  let own: string | undefined;
  let authorization: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') authorization = theOnly(authorization, rawHeaders[i + 1]);
    if (name?.length !== 9 || name.toLowerCase() !== 'x-api-key') continue;
    if (own !== undefined) throw repeated();
    own = rawHeaders[i + 1] ?? '';
  }
  return own === undefined ? bearerKey(authorization) : { carrier: 'x-api-key', key: own };
}

function theOnly(before: string | undefined, value = ''): string {
  if (before === undefined) return value;
  throw new MalformedCredentials('duplicate_authorization', 'Send exactly one Authorization header.');
}

function bearerKey(authorization: string | readonly string[] | undefined): CarriedApiKey | undefined {
  if (typeof authorization !== 'string' || !authorization.startsWith('csn_', SCHEME_LENGTH) || !AS_BEARER.test(authorization))
    return undefined;
  return { carrier: 'authorization', key: authorization.slice(SCHEME_LENGTH) };
}

// Which of two counts must not be a guess.
function repeated(): MalformedCredentials {
  return new MalformedCredentials('several_credentials', 'Send exactly one X-API-Key header.');
}
