export { AccessTokenGuard } from './access-token-guard.js';
export { ApiKeyCarrier } from './api-key-carrier.js';
export { Caller } from './caller.js';
export { ACCESS_TOKEN_CREDENTIAL, type CallerCredential } from './caller-credential.js';
export { ClientAuthenticated } from './client-authenticated.js';
export { CountersignGuardModule } from './countersign-guard-module.js';
export type {
  CountersignGuardAsyncOptions,
  CountersignGuardOptions,
  ProtectedResourceOptions,
  RequestContext,
} from './countersign-guard-options.js';
export type { GuardedRequest } from './guarded-request.js';
export type { OperationOf, RouteOperation } from './operation.js';
export { ProtectedResource } from './protected-resource.js';
export { Public } from './public.js';
export { refusalResponse, type RefusalResponse } from '@countersign/resource-server';
export { OPENAPI_OAUTH2_SCHEME, RequireScopes } from './require-scopes.js';
export { RequireScopesOf } from './require-scopes-of.js';
export { RequireSignIn } from './require-sign-in.js';
export { ResourceRequestRefusedFilter } from './resource-request-refused-filter.js';
export { undeclaredRoutes } from './undeclared-routes.js';
