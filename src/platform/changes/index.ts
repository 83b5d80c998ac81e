export { ChangeListener } from './change-listener.js';
export { Changes, type ChangeTopic } from './changes.js';
export { ChangesModule } from './changes.module.js';
