import { ForbiddenException } from '@nestjs/common';

/** The scope check that the contestants without one of their own get. */
export const requireScope = (scope) => ({
  canActivate(context) {
    const { user } = context.switchToHttp().getRequest();
    if (typeof user?.scope !== 'string' || !user.scope.split(' ').includes(scope)) throw new ForbiddenException('insufficient_scope');
    return true;
  },
});
