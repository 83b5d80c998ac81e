import { ACCESS_TOKEN_TYP } from '@countersign/oauth';
import { decodeProtectedHeader } from 'jose';

const OWN_SECRET = /^csn_[a-z]/;

/**
 * RFC 7009 §2.2.1: by its looks a credential that goes on working whatever is answered, such as an id token or an API key; 200 would
 * let the client believe that it is dead. What looks like nothing is garbage, which is no error (§2.2).
 */
export function isOfAnotherKind(token: string): boolean {
  if (OWN_SECRET.test(token)) return true;
  const typ = typeOf(token);
  return typ !== undefined && typ !== ACCESS_TOKEN_TYP;
}

/** Of a JWT, without its prefix; undefined for what is none. */
function typeOf(token: string): string | undefined {
  try {
    const { typ = '' } = decodeProtectedHeader(token);
    return typ.toLowerCase().replace(/^application\//, '');
  } catch {
    return undefined;
  }
}
