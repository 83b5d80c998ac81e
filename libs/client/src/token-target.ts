import { createHash } from 'node:crypto';
import { formatScope, isScopeToken } from '@countersign/oauth';

/** What a token is for. */
export interface TokenTarget {
  /** Identifier of the API. Absent: the only API at which the client holds the scopes. */
  audience?: string;
  /** Values separated by spaces, or a list; the order does not matter. Absent: everything that was granted. */
  scope?: string | readonly string[];
  /** The token that this service was called with: it is exchanged, so that the next service knows for whom (RFC 8693). */
  subjectToken?: string;
  /** Organization of background work, where a call policy lets the service name it. */
  orgId?: string;
}

/** A target whose spelling tells whether two are the same. */
export interface NormalTarget {
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  readonly subjectToken: string | undefined;
  readonly orgId: string | undefined;
  readonly key: string;
  /** For messages. */
  readonly label: string;
}

/** @throws TypeError when the audience or the subject token is empty, or a scope is malformed. */
export function normalizeTarget({ audience, scope = [], subjectToken, orgId }: TokenTarget): NormalTarget {
  if (audience === '') throw new TypeError('The audience is empty. Leave it out to ask for the only API of the client.');
  // Not taken for a call of the service's own: it would go out for nobody.
  if (subjectToken === '') throw new TypeError('The subject token is empty.');
  const values = typeof scope === 'string' ? scope.split(/\s+/).filter((value) => value !== '') : scope;
  // RFC 6749 §3.3
  const malformed = values.find((value) => !isScopeToken(value));
  if (malformed !== undefined) throw new TypeError(`${JSON.stringify(malformed)} is no scope (RFC 6749 §3.3).`);
  const sorted = formatScope([...new Set(values)].sort());
  return {
    audience,
    scope: sorted || undefined,
    subjectToken,
    orgId,
    key: keyOf(sorted, audience, orgId, subjectToken),
    label: `${audience ?? 'the only API of the client'}${sorted && ` (${sorted})`}`,
  };
}

/** Scopes, digests and ids hold no line break, so what follows the third one is the audience. */
function keyOf(scope: string, audience = '', orgId = '', subjectToken?: string): string {
  const digest = subjectToken === undefined ? '' : createHash('sha256').update(subjectToken).digest('base64url');
  return [scope, digest, JSON.stringify(orgId), audience].join('\n');
}
