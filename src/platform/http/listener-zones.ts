import type { FastifyRequest } from 'fastify';
import type { Zone } from '@countersign/oauth';

/** The zone of the listener a connection came in on. Never `Host` or a forwarded header says it. */
const LISTENER_ZONES = new WeakMap<object, Zone>();

export function assignZone(server: object, zone: Zone): void {
  LISTENER_ZONES.set(server, zone);
}

/** Injected requests, such as those that load the demo, have no listener; they enter by the public one. */
export function zoneOfSocket(socket: object): Zone {
  const { server } = socket as { server?: object | null };
  return (server && LISTENER_ZONES.get(server)) ?? 'external';
}

export function zoneOf(request: FastifyRequest): Zone {
  return zoneOfSocket(request.raw.socket);
}

/** Teaches the router zones: to a listener, routes of the other zone are no routes, whatever their method and body. */
export function zoneConstraint<Handler>(): {
  name: string;
  storage(): { get(zone: string): Handler | null; set(zone: string, handler: Handler): void };
  deriveConstraint(request: { socket: object }): Zone;
} {
  return {
    name: 'zone',
    storage: () => {
      const handlers = new Map<string, Handler>();
      return { get: (zone) => handlers.get(zone) ?? null, set: (zone, handler) => void handlers.set(zone, handler) };
    },
    deriveConstraint: ({ socket }) => zoneOfSocket(socket),
  };
}
