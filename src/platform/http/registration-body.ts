import type { FastifyInstance } from 'fastify';

/** RFC 7591 §3.1: the one OAuth endpoint that takes JSON. */
const REGISTRATION = /^\/oauth\/register(?:$|[/?])/;

export function takesMetadata(url: string): boolean {
  return REGISTRATION.test(url);
}

/** The route of a registration, whose path names the client; any other path is its own. */
export function routeOf(path: string): string {
  return /^\/oauth\/register\/[^/]+$/.test(path) ? '/oauth/register/:client_id' : path;
}

/** Standards HTTP-8: as little as of a form, because anybody may send it. */
export function limitRegistrationBodies(fastify: FastifyInstance, bytes: number): void {
  fastify.addHook('onRoute', (route) => {
    if (takesMetadata(route.url)) route.bodyLimit = bytes;
  });
}
