import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller as ProvenCaller } from '@countersign/resource-server';

export { callerOf } from '@countersign/resource-server';

export type Caller = ProvenCaller;

/** The caller of the request. Only on routes with `@RequireScopes`: elsewhere nobody was proven, and this throws. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { user } = context.switchToHttp().getRequest<{ user?: Caller }>();
  if (!user) throw new Error('@Caller() stands on a route whose caller is not authenticated; add @RequireScopes(…).');
  return user;
});
