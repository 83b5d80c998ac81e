import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { declareAccess } from './access-rule.js';

/** The route authenticates an OAuth client by itself (RFC 6749 §2.3), as the token endpoint does: the guard lets the request pass. */
export function ClientAuthenticated(): MethodDecorator & ClassDecorator {
  return applyDecorators(declareAccess({ access: 'client_authenticated' }), ApiExtension('x-access', 'client_authenticated'));
}
