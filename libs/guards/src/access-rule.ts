import type { StepUp } from '@countersign/resource-server';
import type { OperationOf } from './operation.js';

/** What a route declares about who may call it. */
export type AccessRule =
  | { readonly access: 'scopes'; readonly scopes: readonly string[] }
  /** Several operations behind one route, each with its own scopes. */
  | { readonly access: 'operations'; readonly operationOf: OperationOf }
  | { readonly access: 'public' }
  /** The route authenticates an OAuth client by itself. */
  | { readonly access: 'client_authenticated' };

export interface RouteAccess {
  readonly rule: AccessRule | undefined;
  /** Name of the protected resource; undefined: the default one. */
  readonly resource: string | undefined;
  /** How a person must have signed in for it; undefined: nobody has to. */
  readonly stepUp: StepUp | undefined;
}

type Target = object;

const RULE = Symbol('countersign:access-rule');
const RESOURCE = Symbol('countersign:protected-resource');
const STEP_UP = Symbol('countersign:step-up');

/** Marks a handler, or a controller for all handlers that do not say otherwise. */
export function declareAccess(rule: AccessRule): MethodDecorator & ClassDecorator {
  return declareOnce(RULE, Object.freeze(rule), 'who may call it');
}

export function declareResource(name: string): MethodDecorator & ClassDecorator {
  return declareOnce(RESOURCE, name, 'which protected resource it belongs to');
}

export function declareStepUp(stepUp: StepUp): MethodDecorator & ClassDecorator {
  return declareOnce(STEP_UP, stepUp, 'how a person must have signed in');
}

// The rule is read from the class itself, not from what it extends: a subclass of a public controller is not public.
export function routeAccess(controller: Target, handler: Target): RouteAccess {
  return {
    rule: (Reflect.getMetadata(RULE, handler) ?? Reflect.getOwnMetadata(RULE, controller)) as AccessRule | undefined,
    resource: (Reflect.getMetadata(RESOURCE, handler) ?? Reflect.getMetadata(RESOURCE, controller)) as string | undefined,
    stepUp: (Reflect.getMetadata(STEP_UP, handler) ?? Reflect.getMetadata(STEP_UP, controller)) as StepUp | undefined,
  };
}

function declareOnce(key: symbol, value: unknown, what: string): MethodDecorator & ClassDecorator {
  return (target: object, property?: string | symbol, descriptor?: { value?: unknown }) => {
    const marked = (descriptor?.value ?? target) as Target;
    if (Reflect.hasOwnMetadata(key, marked)) throw new Error(`${nameOf(target, property)} declares twice ${what}.`);
    Reflect.defineMetadata(key, value, marked);
  };
}

function nameOf(target: object, property: string | symbol | undefined): string {
  if (property === undefined) return (target as { name: string }).name;
  return `${target.constructor.name}.${String(property)}`;
}
