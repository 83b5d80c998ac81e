import type { OutgoingRequest } from './http/exchange.js';
import { mask, maskSecrets, maskSegments, printable } from './printable.js';
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

const MAX_TEXT = 240;

/** The token where it belongs: RFC 6750 §2.1. */
export function bearing(label: string, token: string): Probe {
  return { label, token, request: { headers: [['Authorization', `Bearer ${token}`]] } };
}

export function describeProbe({ token, request }: Probe, good: TokenParts, target: { url: string; method: string }): Sent {
  const url = request.url ?? target.url;
  return {
    method: request.method ?? target.method,
    url: printable(token === undefined ? url : url.replaceAll(token, mask(token)), MAX_TEXT),
    headers: (request.headers ?? []).map(([name, value]) => `${name}: ${printable(maskSecrets(value), MAX_TEXT)}`),
    differences: token === undefined ? [] : differencesOf(token, good),
  };
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
      (name) => `${where} ${printable(name, 40)}: ${name in found ? printable(maskSegments(JSON.stringify(found[name])), 100) : 'absent'}`,
    );
}
