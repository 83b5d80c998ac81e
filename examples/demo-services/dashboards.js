import { Service, tenantOf } from './shared/service.js';

const service = await Service.join('dashboards');
const totals = new Map();

const url = await service.serve({
  'POST /rollups': {
    scopes: ['write:rollups'],
    handle: (caller, body) => {
      const org_id = tenantOf(caller, body);
      totals.set(org_id, (totals.get(org_id) ?? 0) + Number(body.events));
      return { org_id, events: totals.get(org_id) };
    },
  },
});
service.ready(url);
