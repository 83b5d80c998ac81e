import { formatScope, isScopeToken } from '@countersign/oauth';

/** What a token is for. */
export interface TokenTarget {
  /** Identifier of the API. Absent: the only API at which the client holds the scopes. */
  audience?: string;
  /** Values separated by spaces, or a list; the order does not matter. Absent: everything that was granted. */
  scope?: string | readonly string[];
}

/** A target whose spelling tells whether two are the same. */
export interface NormalTarget {
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  readonly key: string;
  /** For messages. */
  readonly label: string;
}

/** @throws TypeError when the audience is empty or a scope is malformed. */
export function normalizeTarget({ audience, scope = [] }: TokenTarget): NormalTarget {
  if (audience === '') throw new TypeError('The audience is empty. Leave it out to ask for the only API of the client.');
  const values = typeof scope === 'string' ? scope.split(/\s+/).filter((value) => value !== '') : scope;
  // RFC 6749 §3.3
  const malformed = values.find((value) => !isScopeToken(value));
  if (malformed !== undefined) throw new TypeError(`${JSON.stringify(malformed)} is no scope (RFC 6749 §3.3).`);
  const sorted = formatScope([...new Set(values)].sort());
  return {
    audience,
    scope: sorted || undefined,
    // A scope holds no line break, so what follows the first one is the audience.
    key: `${sorted}\n${audience ?? ''}`,
    label: `${audience ?? 'the only API of the client'}${sorted && ` (${sorted})`}`,
  };
}
