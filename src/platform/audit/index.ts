export { ACTOR_TYPES, type ActorType, type AuditActor, type AuditEvent, type AuditOrigin, type AuditTarget } from './audit-event.js';
export { AuditLog, type AuditReaction } from './audit-log.js';
export { AuditModule } from './audit.module.js';
export { AuditRepository, type AuditFilter, type StoredAuditEvent } from './audit.repository.js';
export { AlreadyUsed, AuditUnavailable, AuditWriter } from './audit-writer.js';
export { RefusalCounter } from './refusal-counter.js';
export { SingleUseValues } from './single-use-values.js';
