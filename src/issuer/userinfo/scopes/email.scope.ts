import type { IdentityScope } from '../identity-scope.js';

export const emailScope: IdentityScope = {
  name: 'email',
  description: 'See your e-mail address.',
  claims: ['email', 'email_verified'],
  // OpenID Connect Core §5.1: true would say that we have tried it. Whoever invites somebody hands over the link themselves.
  read: ({ email }) => ({ email, email_verified: false }),
};
