export { grantFor, scopesOf, soleGrant } from './granted-access.policy.js';
export { DPOP_HEADER, OAuthErrorDocument, OAuthErrorResponses } from './oauth-documents.js';
export { readOAuthRequest } from './oauth-request.js';
export { requestedTarget } from './target.policy.js';
