import { BadRequestException, Logger, type ExecutionContext } from '@nestjs/common';
import type { StepUp } from '@countersign/resource-server';
import { routeAccess } from './access-rule.js';
import type { AccessTokenStrategyOptions } from './access-token-strategy.js';
import type { GuardedRequest } from './guarded-request.js';
import type { OperationOf, RouteOperation } from './operation.js';
import type { GuardedResource, ProtectedResources } from './protected-resources.js';

export interface ProtectedRoute {
  readonly access: 'protected';
  readonly name: string;
  readonly scopes: readonly string[];
  /** What a caller without credentials is told to ask for. */
  readonly suggestedScopes: readonly string[];
  readonly stepUp: StepUp | undefined;
  readonly resource: GuardedResource;
  readonly strategyOptions: AccessTokenStrategyOptions;
}

export type GuardedRoute =
  | ProtectedRoute
  | { readonly access: 'open'; readonly name: string }
  | { readonly access: 'undeclared'; readonly name: string };

interface SharedRoute {
  readonly access: 'shared';
  readonly name: string;
  readonly operationOf: OperationOf;
  readonly byOperation: WeakMap<RouteOperation, ProtectedRoute>;
  toRoute(operation: RouteOperation): ProtectedRoute;
}

type Controller = ReturnType<ExecutionContext['getClass']>;
type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What each handler declares, read once per process. By controller too: classes that extend one another share handlers. */
export class RouteTable {
  private readonly logger = new Logger(RouteTable.name);
  private readonly routes = new WeakMap<Handler, WeakMap<Controller, GuardedRoute | SharedRoute>>();
  private readonly reported = new WeakSet<SharedRoute>();

  constructor(private readonly resources: ProtectedResources) {}

  find(context: ExecutionContext): GuardedRoute {
    const controller = context.getClass();
    const handler = context.getHandler();
    const route = this.routes.get(handler)?.get(controller) ?? this.read(controller, handler);
    return route.access === 'shared' ? this.ofOperation(route, context.getArgByIndex<GuardedRequest>(0)) : route;
  }

  /** A message that `operationOf` stumbles over comes from anybody: it is no fault of the server's, and does not fill the log. */
  private ofOperation(route: SharedRoute, request: GuardedRequest): ProtectedRoute {
    try {
      return routeOf(route, request);
    } catch (error) {
      this.reportOnce(route, error);
      throw new BadRequestException('It cannot be told which operation this is.', { cause: error });
    }
  }

  private reportOnce(route: SharedRoute, error: unknown): void {
    if (this.reported.has(route)) return;
    this.reported.add(route);
    this.logger.warn(
      `operationOf of ${route.name} threw: ${error instanceof Error ? JSON.stringify(error.message.slice(0, 200)) : typeof error}`,
    );
  }

  private read(controller: Controller, handler: Handler): GuardedRoute | SharedRoute {
    const route = this.declared(controller, handler);
    const byController = this.routes.get(handler) ?? new WeakMap<Controller, GuardedRoute | SharedRoute>();
    this.routes.set(handler, byController.set(controller, route));
    return route;
  }

  private declared(controller: Controller, handler: Handler): GuardedRoute | SharedRoute {
    const name = `${controller.name}.${handler.name}`;
    const { rule, resource: resourceName, stepUp } = routeAccess(controller, handler);
    if (rule === undefined) return { access: 'undeclared', name };
    if (rule.access === 'scopes') return toProtected({ name, scopes: rule.scopes }, this.resources.get(resourceName), stepUp);
    if (rule.access !== 'operations') return { access: 'open', name };
    const resource = this.resources.get(resourceName);
    const toRoute = (operation: RouteOperation): ProtectedRoute => toProtected(operation, resource, stepUp);
    return { access: 'shared', name, operationOf: rule.operationOf, byOperation: new WeakMap(), toRoute };
  }
}

function routeOf({ operationOf, byOperation, toRoute }: SharedRoute, request: GuardedRequest): ProtectedRoute {
  const operation = operationOf(request);
  let route = byOperation.get(operation);
  if (!route) {
    route = toRoute(operation);
    byOperation.set(operation, route);
  }
  return route;
}

function toProtected(
  { name, scopes, suggestedScopes = scopes }: RouteOperation,
  resource: GuardedResource,
  stepUp: StepUp | undefined,
): ProtectedRoute {
  return { access: 'protected', name, scopes, suggestedScopes, stepUp, resource, strategyOptions: { resource, scopes } };
}
