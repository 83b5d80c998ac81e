export type { OwnApp, OwnScope } from './own-app.js';
export { OwnApps } from './own-apps.service.js';
export { OwnAppsModule } from './own-apps.module.js';
