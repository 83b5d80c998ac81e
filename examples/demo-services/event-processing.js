import { Service, tenantOf } from './shared/service.js';

const service = await Service.join('event-processing');
const waiting = new Map();

const url = await service.serve({
  'POST /events': {
    scopes: ['write:events'],
    handle: (caller, body) => {
      const org_id = tenantOf(caller, body);
      waiting.set(org_id, (waiting.get(org_id) ?? 0) + 1);
      return { org_id, accepted: 1 };
    },
  },
});

// Nobody waits for it, so there is no token to pass on: the policy lets this service name the tenant, and the audit says that it did.
service.onCommand('roll-up', async () => {
  const written = [];
  for (const [orgId, events] of waiting)
    written.push((await service.call('dashboards', '/rollups', { scope: 'write:rollups', orgId, body: { events } })).content);
  waiting.clear();
  return written;
});
service.ready(url);
