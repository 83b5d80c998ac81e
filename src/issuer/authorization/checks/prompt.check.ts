import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { PROMPTS, type AuthorizationCheck, type AuthorizationFacts, type CheckedRequest, type Prompt } from '../authorization-facts.js';

/** AE-14, OpenID Connect Core §3.1.2.1. */
@Injectable()
export class PromptCheck implements AuthorizationCheck {
  readonly name = 'prompt';

  check({ params }: CheckedRequest): Partial<AuthorizationFacts> {
    const prompts = params.find('prompt')?.split(' ') ?? [];
    if (!prompts.every(isPrompt)) throw new OAuthError('invalid_request', `prompt takes ${PROMPTS.join(', ')}.`);
    if (prompts.includes('none') && prompts.length > 1) throw new OAuthError('invalid_request', 'prompt=none goes with no other value.');
    return { prompts };
  }
}

function isPrompt(text: string): text is Prompt {
  return (PROMPTS as readonly string[]).includes(text);
}
