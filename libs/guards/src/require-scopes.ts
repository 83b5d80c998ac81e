import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { checkScopes } from '@countersign/resource-server';
import { declareAccess } from './access-rule.js';
import { ApiRefusals } from './openapi-responses.js';

/** Name of the security scheme in the OpenAPI document. */
export const OPENAPI_OAUTH2_SCHEME = 'oauth2';

/** The route takes proven callers that hold every one of the scopes. On methods only: each route says its own. */
export function RequireScopes(...scopes: [string, ...string[]]): MethodDecorator {
  checkScopes(scopes);
  return applyDecorators(
    declareAccess({ access: 'scopes', scopes: Object.freeze([...new Set(scopes)]) }),
    ApiSecurity(OPENAPI_OAUTH2_SCHEME, scopes),
    ApiExtension('x-required-scopes', scopes),
    ApiRefusals(scopes),
  );
}
