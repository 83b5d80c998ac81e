export { OAuthErrorDocument, OAuthErrorResponses } from './oauth-documents.js';
export { readOAuthRequest } from './oauth-request.js';
