export { appIdentityOf, type AppIdentity } from './app-identity.policy.js';
export { canBeMistaken, shownName } from './app-name.policy.js';
export { ThirdPartyApp } from './third-party-app.entity.js';
export { ThirdPartyAppSource } from './third-party-app-source.js';
export { THIRD_PARTY_APPS_PROBLEMS } from './third-party-apps.errors.js';
export { ThirdPartyAppsModule } from './third-party-apps.module.js';
