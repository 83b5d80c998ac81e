import { Service, tenantOf } from './shared/service.js';

const service = await Service.join('export');

const url = await service.serve({
  'POST /start': {
    scopes: ['start:export'],
    handle: (caller, body) => ({ org_id: tenantOf(caller, body), subject: caller.subject, on_the_way: actorsOf(caller.actor) }),
  },
});
service.ready(url);

/** RFC 8693 §4.1: the newest actor stands outside. */
function actorsOf(actor) {
  return actor ? [actor.sub, ...actorsOf(actor.act)] : [];
}
