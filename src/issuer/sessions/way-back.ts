import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Where a request would have led to that is about to fail, so that whoever begins anew still comes there. */
@Injectable()
export class WayBack {
  private readonly paths = new WeakMap<FastifyRequest, string>();

  note(request: FastifyRequest, path: string): void {
    this.paths.set(request, path);
  }

  of(request: FastifyRequest): string | undefined {
    return this.paths.get(request);
  }
}
