import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiClients, type ApiClient } from './api-client.js';

const AUTHENTICATED = new WeakMap<FastifyRequest, ApiClient>();

/** On `@ClientAuthenticated()` routes for APIs: as a guard, so that a stranger is 401 before the body is judged. */
@Injectable()
export class ApiClientGuard implements CanActivate {
  constructor(private readonly clients: ApiClients) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    AUTHENTICATED.set(request, await this.clients.authenticate(request));
    return true;
  }
}

/** The API that calls. Only on routes with ApiClientGuard. */
export const CallingApi = createParamDecorator((_: unknown, context: ExecutionContext): ApiClient => {
  const client = AUTHENTICATED.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!client) throw new Error('@CallingApi() stands on a route without ApiClientGuard.');
  return client;
});
