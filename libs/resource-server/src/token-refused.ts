export const TOKEN_REFUSAL_REASONS = [
  'too_large',
  'malformed',
  'header',
  'type',
  'algorithm',
  'key_unknown',
  'signature',
  'issuer',
  'audience',
  'expired',
  'not_yet_valid',
  'claims',
  'confirmation',
  'revoked',
] as const;

/** Stable codes for logs and metrics: which check a token failed. */
export type TokenRefusalReason = (typeof TOKEN_REFUSAL_REASONS)[number];

export interface TokenRefusalFacts {
  expected?: unknown;
  received?: unknown;
  cause?: unknown;
}

const MAX_FACT_LENGTH = 200;

/** A token that must not be honoured. Everything but `publicDescription` is for logs. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  /** What would have been right; never a secret, never the token. */
  readonly expected: string | undefined;
  readonly received: string | undefined;

  constructor(
    readonly reason: TokenRefusalReason,
    detail: string,
    facts: TokenRefusalFacts = {},
  ) {
    super(detail, { cause: facts.cause });
    this.expected = printable(facts.expected);
    this.received = printable(facts.received);
  }

  /** RFC 6750 §3.1: a stranger learns that a token expired, and of every other fault only that it is invalid. */
  get publicDescription(): string {
    return this.reason === 'expired' ? 'The access token expired.' : 'The access token is invalid.';
  }
}

/** Claims of a forged token are an attacker's text: one line of printable ASCII, cut short. */
function printable(fact: unknown): string | undefined {
  if (fact === undefined) return undefined;
  const text = typeof fact === 'string' ? fact : (JSON.stringify(fact) ?? typeof fact);
  return text.slice(0, MAX_FACT_LENGTH).replace(/[^\x20-\x7E]/g, '?');
}
