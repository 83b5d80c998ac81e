import { printable } from './http/answer.js';
import type { OutgoingRequest } from './http/exchange.js';
import { readObject, type TokenParts } from './tokens/jws-parts.js';

/** One request of a check: how it differs from the good one. */
export interface Probe {
  /** What is hostile about it, in a few words. */
  readonly label: string;
  /** Instead of, or beside, the target's own. */
  readonly request: Partial<OutgoingRequest>;
  /** The token it carries, wherever that is. */
  readonly token?: string;
}

/** What was sent, for the report: never a whole token. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  /** `Name: value`, one per line that differs from the good request. */
  readonly headers: readonly string[];
  /** What the token says that the good one does not. */
  readonly differences: readonly string[];
}

const VISIBLE_CHARACTERS = 12;
const MAX_TEXT = 240;
/** Whatever could be a token, a proof or a credential, in a header; and a segment of one, inside of a claim. */
const SECRET_RUN = /[A-Za-z0-9+/=_.-]{32,}/g;
const SEGMENT = /[A-Za-z0-9_-]{32,}/g;

/** The token where it belongs: RFC 6750 §2.1. */
export function bearing(label: string, token: string): Probe {
  return { label, token, request: { headers: [['Authorization', `Bearer ${token}`]] } };
}

export function describeProbe({ token, request }: Probe, good: TokenParts, target: { url: string; method: string }): Sent {
  const url = request.url ?? target.url;
  return {
    method: request.method ?? target.method,
    url: printable(token === undefined ? url : url.replaceAll(token, mask(token)), MAX_TEXT),
    headers: (request.headers ?? []).map(([name, value]) => `${name}: ${printable(value.replaceAll(SECRET_RUN, mask), MAX_TEXT)}`),
    differences: token === undefined ? [] : differencesOf(token, good),
  };
}

/** The beginning of a token and its length: enough to find it in a log, useless to a thief. */
function mask(run: string): string {
  return `${run.slice(0, VISIBLE_CHARACTERS)}...(${run.length} characters)`;
}

function differencesOf(token: string, good: TokenParts): string[] {
  const [header = '', payload = ''] = token.split('.');
  return [...differences('header', readObject(header), good.header), ...differences('claims', readObject(payload), good.claims)];
}

function differences(
  where: string,
  found: Readonly<Record<string, unknown>> | undefined,
  good: Readonly<Record<string, unknown>>,
): string[] {
  if (!found) return [`${where}: not a JSON object`];
  const names = [...new Set([...Object.keys(good), ...Object.keys(found)])].filter((name) => name !== 'jti');
  return names
    .filter((name) => JSON.stringify(found[name]) !== JSON.stringify(good[name]))
    .map(
      (name) =>
        `${where} ${printable(name, 40)}: ${name in found ? printable(JSON.stringify(found[name]).replaceAll(SEGMENT, mask), 100) : 'absent'}`,
    );
}
