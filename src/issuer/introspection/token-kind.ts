import type { ActiveToken, IntrospectionCaller } from './introspection-answer.js';

/** Something that the endpoint can tell about. */
export interface TokenKind {
  /** Such as the values of `token_type_hint`. */
  readonly name: string;
  /** Whether a text can only be of this kind; by its looks, without I/O. No two kinds look alike, so hints are not needed. */
  recognise(token: string): boolean;
  /** Undefined for what is not active, and for what is none of the caller's business: nobody can tell the two apart. */
  describe(token: string, caller: IntrospectionCaller): Promise<ActiveToken | undefined>;
}
