export { CsrfForm } from './dto/forms.dto.js';
export { Forms } from './forms.js';
export { FormTokens } from './form-tokens.js';
export { type ProvenSignIn, Sessions, type SignedInUser } from './sessions.js';
export { SESSIONS_PROBLEMS } from './sessions.errors.js';
export { SessionsModule } from './sessions.module.js';
export { isOwnPath, signInAddress, type SignInRequest } from './sign-in-address.js';
export { SignInLimits } from './sign-in-limits.js';
export { type Exchange, SignIn } from './sign-in.service.js';
