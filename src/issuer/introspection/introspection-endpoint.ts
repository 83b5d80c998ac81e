import { Inject, Injectable } from '@nestjs/common';
import type { OAuthRequest, Registry } from '@countersign/oauth';
import { INACTIVE, type IntrospectionAnswer, type IntrospectionCaller } from './introspection-answer.js';
import { IntrospectionCallers } from './introspection-callers.js';
import { SignedAnswers } from './signed-answers.js';
import type { TokenKind } from './token-kind.js';

export const TOKEN_KIND_REGISTRY = Symbol('kinds of tokens');

export interface IntrospectionOptions {
  /** RFC 9701: the answer as a JWT. */
  readonly isSigned: boolean;
  readonly setHeaders: (headers: Record<string, string>) => void;
  readonly note: (caller: IntrospectionCaller) => void;
}

/** RFC 7662: who asks, what kind of token, what they may know of it. */
@Injectable()
export class IntrospectionEndpoint {
  constructor(
    private readonly callers: IntrospectionCallers,
    @Inject(TOKEN_KIND_REGISTRY) private readonly kinds: Registry<TokenKind>,
    private readonly signed: SignedAnswers,
  ) {}

  /** @returns the document, or a JWT that holds it. @throws OAuthError of table RFC 6749 §5.2 */
  async answer(request: OAuthRequest, { isSigned, setHeaders, note }: IntrospectionOptions): Promise<IntrospectionAnswer | string> {
    request.params.refuseRepeats();
    const caller = await this.callers.admit(request, setHeaders);
    note(caller);
    const answer = await this.describe(request.params.get('token'), caller);
    return isSigned ? this.signed.sign(answer, caller) : answer;
  }

  private async describe(token: string, caller: IntrospectionCaller): Promise<IntrospectionAnswer> {
    for (const kind of this.kinds) if (kind.recognise(token)) return (await kind.describe(token, caller)) ?? INACTIVE;
    return INACTIVE;
  }
}
