import { Service, tenantOf } from './shared/service.js';

const service = await Service.join('user-management');

const url = await service.serve({
  'POST /users': {
    scopes: ['read:users'],
    handle: (caller, body) => {
      const org_id = tenantOf(caller, body);
      return { org_id, users: [`admin@${org_id}.example`, `accounting@${org_id}.example`] };
    },
  },
});
service.ready(url);
