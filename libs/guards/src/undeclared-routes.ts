import type { INestApplicationContext, Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { routeAccess } from './access-rule.js';

/** `Controller.method` of every route that does not say who may call it. For a contract test: the list must be empty. */
export function undeclaredRoutes(app: INestApplicationContext): string[] {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = new Set(modules.flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype)));
  return [...controllers].flatMap((controller) => (typeof controller === 'function' ? undeclaredRoutesOf(controller as Type) : [])).sort();
}

function undeclaredRoutesOf(controller: Type): string[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .filter((name) => {
      const handler = prototype[name] as object;
      return Reflect.hasMetadata(METHOD_METADATA, handler) && routeAccess(controller, handler).rule === undefined;
    })
    .map((name) => `${controller.name}.${name}`);
}
