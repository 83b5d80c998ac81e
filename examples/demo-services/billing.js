import { attacks } from './shared/attacks.js';
import { Service, tenantOf } from './shared/service.js';

const service = await Service.join('billing');
let loot;

const url = await service.serve({
  'POST /invoices/export': {
    scopes: ['export:invoices'],
    handle: async (caller, body) => {
      loot = caller;
      // Not checked here, as in the disaster that this demo is about: whoever is called must not believe it either.
      const { content } = await service.call('export', '/start', { scope: 'start:export', caller, body });
      return { ...content, contacts: await contactsOf(caller) };
    },
  },
});

async function contactsOf(caller) {
  const { content } = await service.call('user-management', '/users', { scope: 'read:users', caller });
  tenantOf(caller, content);
  return content.users;
}

// From here on somebody else has the process: with its certificate, its key and the tokens that were sent to it.
service.onCommand('attack', ({ attack, ...material }) => attacks[attack](service, { loot, ...material }));
service.onCommand('join-again', ({ joinToken }) => attacks.joinAgain(service, { joinToken }));
service.onCommand('renew-anyway', () => attacks.renew(service));
service.ready(url);
