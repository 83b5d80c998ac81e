export { PROVIDER_SIGN_IN_PROBLEMS } from './provider-sign-in.errors.js';
export { ProviderSignInForms } from './provider-sign-in-forms.js';
export { ProviderSignInModule } from './provider-sign-in.module.js';
