import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { declareAccess } from './access-rule.js';

/** Anybody may call the route; no credential is looked at. */
export function Public(): MethodDecorator & ClassDecorator {
  return applyDecorators(declareAccess({ access: 'public' }), ApiExtension('x-access', 'public'));
}
