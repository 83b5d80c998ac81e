export { AUTHORIZATION_PROBLEMS } from './authorization.errors.js';
export { AuthorizationModule } from './authorization.module.js';
export type { ConsentView, Destination, PlaceView, ScopeView } from './consent-view.js';
export { errorPageOf, type ErrorPage } from './error-page.js';
export { Interactions, type InteractionAnswer, type InteractionStep, type Visitor } from './interactions.service.js';
