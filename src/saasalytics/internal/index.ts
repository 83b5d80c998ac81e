export { InternalModule } from './internal.module.js';
