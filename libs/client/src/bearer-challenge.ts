const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const BEARER = /(?:^|,)\s*bearer(?:\s|,|$)/i;

/** RFC 9110 §11.6.1: true when one of the challenges is for a Bearer token; other schemes may stand beside it. */
export function hasBearerChallenge(headers: Headers): boolean {
  return BEARER.test((headers.get('www-authenticate') ?? '').replace(QUOTED, '""'));
}
