// The sample Nest + Fastify app that every Nest contestant protects in its own way: one controller, one trivial handler.
// Plain JavaScript so that the benchmark needs no build step; decorators are therefore called as functions.
import 'reflect-metadata';
import './life.mjs';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

export const answer = () => ({ customers: [{ id: 'cus_1', name: 'Ada' }], next_cursor: null });

/** Applies decorators to a method as `@decorator` would. */
export function decorateMethod(target, name, decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  for (const decorator of decorators.toReversed()) decorator(target.prototype, name, descriptor);
}

/** Serves `GET /items`; `protect` lists the route's decorators, `imports` and `providers` what they need. */
export async function serveNestApp({ protect = [], imports = [], providers = [] } = {}) {
  class ItemsController {
    list() {
      return answer();
    }
  }
  decorateMethod(ItemsController, 'list', [Get('items'), ...protect]);
  Controller()(ItemsController);

  class AppModule {}
  Module({ imports, providers, controllers: [ItemsController] })(AppModule);

  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'fatal'] });
  await app.listen(Number(process.env.BENCH_PORT), '127.0.0.1');
  return app;
}
