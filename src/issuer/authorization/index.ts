export { AUTHORIZATION_PROBLEMS } from './authorization.errors.js';
export { AuthorizationModule } from './authorization.module.js';
export type { ConsentView, Destination, PlaceView, ScopeView } from './consent-view.js';
export { ConsentForms } from './consent-forms.js';
export { ConsentForm } from './dto/consent-state.dto.js';
export { Interactions, type InteractionStep, type Visitor } from './interactions.service.js';
