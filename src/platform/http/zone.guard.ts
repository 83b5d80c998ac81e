import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Zone } from '@countersign/oauth';
import { zoneOf } from './listener-zones.js';
import { httpProblem } from './problem.js';
import { noteSubject } from './request-hooks.js';
import { ZONES_METADATA } from './zone.decorator.js';

/** First of all guards: a route answers only on the listeners of the zones it declares. */
@Injectable()
export class ZoneGuard implements CanActivate {
  private readonly zones = new WeakMap<object, readonly Zone[]>();

  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    noteSubject(request, { operation: operationOf(context) });
    if (this.zonesOf(context).includes(zoneOf(request))) return true;
    throw httpProblem('not_found', 'There is nothing at this address.');
  }

  private zonesOf(context: ExecutionContext): readonly Zone[] {
    const handler = context.getHandler();
    let zones = this.zones.get(handler);
    if (!zones) {
      zones = this.reflector.getAllAndOverride<Zone[] | undefined>(ZONES_METADATA, [handler, context.getClass()]) ?? [];
      this.zones.set(handler, zones);
    }
    return zones;
  }
}

const OPERATIONS = new WeakMap<object, string>();

/** `Controller.method`, as the guards of an API name it too. */
function operationOf(context: ExecutionContext): string {
  const handler = context.getHandler();
  let operation = OPERATIONS.get(handler);
  if (operation === undefined) {
    operation = `${context.getClass().name}.${handler.name}`;
    OPERATIONS.set(handler, operation);
  }
  return operation;
}
