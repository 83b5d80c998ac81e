import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { IdentityProvider } from '../../directory/identity-providers/index.js';
import { RefusalCounter } from '../../platform/audit/index.js';
import { Problem } from '../../platform/http/index.js';
import { Log } from '../../platform/logging/index.js';
import { PROVIDER_SIGN_IN_PROBLEMS } from './provider-sign-in.errors.js';

/** What is told, counted and logged when nobody comes in. The browser learns no reason, the operator does. */
@Injectable()
export class ProviderRefusals {
  constructor(
    private readonly refusals: RefusalCounter,
    private readonly log: Log,
  ) {}

  failed({ ip }: FastifyRequest, provider: IdentityProvider, reason: string, error?: unknown): Problem {
    this.refusals.count('user.sign_in_refused', ip, reason);
    this.note(provider, reason, error);
    return new Problem(PROVIDER_SIGN_IN_PROBLEMS, 'provider_sign_in_failed', 'The sign-in did not succeed. Begin it again.', { reason });
  }

  unavailable(provider: IdentityProvider, error: unknown): Problem {
    this.note(provider, 'provider_unavailable', error);
    return new Problem(PROVIDER_SIGN_IN_PROBLEMS, 'provider_unavailable', 'The identity provider cannot be reached. Try again later.');
  }

  notAMember({ ip }: FastifyRequest): Problem {
    this.refusals.count('user.sign_in_refused', ip, 'not_a_member');
    return new Problem(
      PROVIDER_SIGN_IN_PROBLEMS,
      'not_a_member',
      'You are signed in there, but you are not a member here. Ask an administrator of your organization.',
    );
  }

  /** Of the error only its code and message: what it carries besides may hold tokens. */
  private note({ id }: IdentityProvider, reason: string, error: unknown): void {
    const { code, error: told, message } = (error ?? {}) as { code?: unknown; error?: unknown; message?: unknown };
    this.log.warn('provider_sign_in.failed', { name: id, reason, kind: textOf(told) ?? textOf(code), received: textOf(message) });
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
