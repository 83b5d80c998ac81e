import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Zone } from '@countersign/oauth';
import { zoneOf } from './listener-zones.js';

/** The zone of the listener that the request came in on. */
export const RequestZone = createParamDecorator((_: unknown, context: ExecutionContext): Zone =>
  zoneOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
