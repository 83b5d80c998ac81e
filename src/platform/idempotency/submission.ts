import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { GuardedRequest } from '@countersign/guards';
import type { AuditOrigin } from '../audit/index.js';
import { httpProblem, originOf } from '../http/index.js';

/** A request that must have its effect once, however often it is sent. */
export interface IdempotentRequest {
  readonly caller: string;
  readonly key: string;
  /** Of method, path and body. */
  readonly digest: Buffer;
}

/** A request that creates something: where it came from, and its `Idempotency-Key` if it has one. */
export interface Submission {
  readonly origin: AuditOrigin;
  readonly idempotency: IdempotentRequest | undefined;
}

const VISIBLE_ASCII = /^[\x21-\x7E]{1,255}$/;

/** The submission of the request. Only on routes with `@RequireScopes`, because keys belong to callers. */
export const Submission = createParamDecorator((_: unknown, context: ExecutionContext): Submission => {
  const request = context.switchToHttp().getRequest<FastifyRequest & GuardedRequest>();
  return { origin: originOf(request), idempotency: idempotentRequest(request) };
});

function idempotentRequest(request: FastifyRequest & GuardedRequest): IdempotentRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !VISIBLE_ASCII.test(key)) {
    throw httpProblem('malformed_request', 'The Idempotency-Key header is malformed.', {
      errors: [
        {
          location: 'Idempotency-Key',
          message: 'The key is not 1 to 255 visible ASCII characters.',
          fix: 'Send a random value, such as a UUID, once per attempt series.',
        },
      ],
    });
  }
  if (!request.user) throw new Error('@Submission() stands on a route whose caller is not authenticated.');
  const { clientId, subject } = request.user;
  const digest = createHash('sha256')
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest();
  return { caller: `${clientId} ${subject}`, key, digest };
}
