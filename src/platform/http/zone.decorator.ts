import { SetMetadata } from '@nestjs/common';
import { RouteConstraints } from '@nestjs/platform-fastify';
import type { Zone } from '@countersign/oauth';

export const ZONES_METADATA = 'countersign:zones';

/** The zones whose listeners serve this route; on every other listener, and where nothing is declared, it is 404. */
export function InZone(...zones: Zone[]): ClassDecorator & MethodDecorator {
  return (target: object, property: string | symbol = '', descriptor?: PropertyDescriptor) => {
    SetMetadata(ZONES_METADATA, zones)(target as never, property, descriptor as never);
    const [only, another] = zones;
    if (!only || another) return;
    // The router learns of it by method: ZoneGuard comes after bodies are parsed, which would tell of routes by their errors.
    const methods = descriptor ? [descriptor] : methodsWithoutZone((target as { prototype: object }).prototype);
    for (const method of methods) RouteConstraints({ zone: only })(target, property, method);
  };
}

function methodsWithoutZone(prototype: object): PropertyDescriptor[] {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).filter(
    ({ value }) => typeof value === 'function' && !Reflect.hasMetadata(ZONES_METADATA, value as object),
  );
}
