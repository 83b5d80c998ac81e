import type { ExecutionContext } from '@nestjs/common';
import type { StepUp } from '@countersign/resource-server';
import { routeAccess } from './access-rule.js';
import type { AccessTokenStrategyOptions } from './access-token-strategy.js';
import type { GuardedResource, ProtectedResources } from './protected-resources.js';

export interface ProtectedRoute {
  readonly access: 'protected';
  readonly name: string;
  readonly scopes: readonly string[];
  readonly stepUp: StepUp | undefined;
  readonly resource: GuardedResource;
  readonly strategyOptions: AccessTokenStrategyOptions;
}

export type GuardedRoute =
  | ProtectedRoute
  | { readonly access: 'open'; readonly name: string }
  | { readonly access: 'undeclared'; readonly name: string };

type Controller = ReturnType<ExecutionContext['getClass']>;
type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What each handler declares, read once per process. By controller too: classes that extend one another share handlers. */
export class RouteTable {
  private readonly routes = new WeakMap<Handler, WeakMap<Controller, GuardedRoute>>();

  constructor(private readonly resources: ProtectedResources) {}

  find(context: ExecutionContext): GuardedRoute {
    const controller = context.getClass();
    const handler = context.getHandler();
    return this.routes.get(handler)?.get(controller) ?? this.read(controller, handler);
  }

  private read(controller: Controller, handler: Handler): GuardedRoute {
    const name = `${controller.name}.${handler.name}`;
    const { rule, resource, stepUp } = routeAccess(controller, handler);
    let route: GuardedRoute;
    if (rule === undefined) route = { access: 'undeclared', name };
    else if (rule.access === 'scopes') route = { ...this.protectedRoute(name, rule.scopes, resource), stepUp };
    else route = { access: 'open', name };
    const byController = this.routes.get(handler) ?? new WeakMap<Controller, GuardedRoute>();
    this.routes.set(handler, byController.set(controller, route));
    return route;
  }

  private protectedRoute(name: string, scopes: readonly string[], resourceName: string | undefined): Omit<ProtectedRoute, 'stepUp'> {
    const resource = this.resources.get(resourceName);
    return { access: 'protected', name, scopes, resource, strategyOptions: { resource, scopes } };
  }
}
