export { Clients } from './clients.service.js';
export { ClientsModule } from './clients.module.js';
