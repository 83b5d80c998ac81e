import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { isRebound } from './mcp-origin.policy.js';

@Injectable()
export class McpOriginGuard implements CanActivate {
  private readonly ownHosts: readonly string[];

  constructor({ settings }: Configuration) {
    this.ownHosts = [settings.PUBLIC_URL, settings.MTLS_URL].flatMap((url) => (url ? [new URL(url).hostname] : []));
  }

  canActivate(context: ExecutionContext): boolean {
    const { origin, host } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (!isRebound(origin, host, this.ownHosts)) return true;
    throw httpProblem('forbidden', 'The page that sends this was loaded under a name that is not that of this server.');
  }
}
