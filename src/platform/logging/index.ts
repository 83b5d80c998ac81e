export { identityFields, Log, type LogFields } from './log.js';
export { LoggingModule } from './logging.module.js';
