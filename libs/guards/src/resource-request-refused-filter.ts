import { randomUUID } from 'node:crypto';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { refusalResponse, ResourceRequestRefused } from '@countersign/resource-server';
import type { GuardedRequest } from './guarded-request.js';

/** Answers what AccessTokenGuard refuses. An application with a filter for everything calls `refusalResponse` there. */
@Catch(ResourceRequestRefused)
export class ResourceRequestRefusedFilter implements ExceptionFilter<ResourceRequestRefused> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(refusal: ResourceRequestRefused, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const http = host.switchToHttp();
    const response: unknown = http.getResponse();
    const { id } = http.getRequest<GuardedRequest>();
    const { status, headers, body } = refusalResponse(refusal, typeof id === 'string' ? id : randomUUID());
    // Both Fastify and Express take a list and write one header line per value; Nest's type knows strings only.
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value as string);
    httpAdapter.reply(response, body, status);
  }
}
