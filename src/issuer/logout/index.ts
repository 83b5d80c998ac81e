export { LOGOUT_PATH } from './logout-endpoint.js';
export { LogoutModule } from './logout.module.js';
export { fieldsOf, LogoutRequests, type LogoutRequest } from './logout-requests.js';
