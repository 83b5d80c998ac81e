/** What an assertion must be, in the order in which it is looked at. */
export const CONDITIONS = {
  readable: 'It is a signed JWT in compact form whose header and claims are JSON objects.',
  audience: 'Its audience is the one that belongs to the organization, and nothing else.',
  issuer: 'Its issuer is one that the organization trusts.',
  type: 'Its typ is absent, JWT, JOSE or client-authentication+jwt, and its header asks for nothing unusual.',
  algorithm: 'Its alg is on the list of allowed algorithms, and is that of the key.',
  keys: 'The keys of the issuer can be had.',
  key: 'Its kid names a key of the issuer.',
  signature: 'Its signature verifies.',
  expired: 'It has an exp, and that is not over.',
  not_yet_valid: 'Its nbf is not ahead.',
  issued_at: 'Its iat is not ahead.',
  lifetime: 'It does not live longer than the trusted issuer may let it.',
  subject: 'It has a sub.',
  jti: 'Its jti, if there is one, is a text of 1 to 256 characters.',
  rules: 'A rule of the trusted issuer matches its claims.',
  one_principal: 'The rules that match name one principal, the one of client_id where that is sent.',
  principal: 'The principal exists, is active and belongs to the organization.',
  unused: 'It was not used before, where it has a jti and may be used once.',
} as const;
export type Condition = keyof typeof CONDITIONS;

/** The first condition that an assertion does not meet. For administrators and logs; who sent it learns only that it was refused. */
export class AssertionRefused extends Error {
  override readonly name = 'AssertionRefused';

  constructor(
    readonly condition: Condition,
    readonly facts: { readonly expected?: unknown; readonly received?: unknown; readonly cause?: unknown } = {},
  ) {
    super(CONDITIONS[condition], { cause: facts.cause });
  }
}
