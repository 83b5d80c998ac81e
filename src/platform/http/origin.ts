import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditOrigin } from '../audit/index.js';

/** Where a request came from: request id, source address after trusted proxies, user agent. */
export function originOf(request: FastifyRequest): Required<Pick<AuditOrigin, 'requestId' | 'ip'>> & AuditOrigin {
  return { requestId: request.id, ip: request.ip, userAgent: request.headers['user-agent'] };
}

/** The origin of the request, for audit events. */
export const Origin = createParamDecorator((_: unknown, context: ExecutionContext) =>
  originOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
