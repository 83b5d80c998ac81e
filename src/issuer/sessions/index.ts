export { FormTokens } from './form-tokens.js';
export { Sessions, type SignedInUser } from './sessions.js';
export { isOwnPath, signInAddress, type SignInRequest } from './sign-in-address.js';
