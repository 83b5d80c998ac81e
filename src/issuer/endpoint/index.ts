export { grantFor, scopesOf, soleGrant } from './granted-access.policy.js';
export { OAuthErrorDocument, OAuthErrorResponses } from './oauth-documents.js';
export { readOAuthRequest } from './oauth-request.js';
export { requestedTarget } from './target.policy.js';
