import { declareResource } from './access-rule.js';

/** Which of the configured `resources` a controller, or one route, belongs to: its tokens need that audience. */
export function ProtectedResource(name: string): MethodDecorator & ClassDecorator {
  return declareResource(name);
}
