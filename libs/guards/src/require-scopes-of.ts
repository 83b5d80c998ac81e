import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { checkScopes } from '@countersign/resource-server';
import { declareAccess } from './access-rule.js';
import { ApiRefusals } from './openapi-responses.js';
import type { OperationOf, RouteOperation } from './operation.js';
import { OPENAPI_OAUTH2_SCHEME } from './require-scopes.js';

/**
 * For a route with several operations behind it, as a JSON-RPC endpoint has: each request needs the scopes of its own operation, and a
 * refusal names those alone. On methods only.
 * @param operations that `operationOf` may answer, for the documentation; at least one of them needs a scope.
 */
export function RequireScopesOf(operationOf: OperationOf, operations: Iterable<RouteOperation>): MethodDecorator {
  const needing = [...operations].filter(({ scopes }) => scopes.length > 0);
  const all = checkScopes([...new Set(needing.flatMap(({ scopes }) => scopes))]) as string[];
  return applyDecorators(
    declareAccess({ access: 'operations', operationOf }),
    ApiSecurity(OPENAPI_OAUTH2_SCHEME, all),
    ApiExtension('x-required-scopes', all),
    ApiExtension('x-operations', Object.fromEntries(needing.map(({ name, scopes }) => [name, scopes]))),
    ApiRefusals(all),
  );
}
