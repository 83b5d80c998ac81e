export { EventsModule } from './events.module.js';
export { EVENT_LIMITS } from './events.policy.js';
export { EventsService } from './events.service.js';
