import type { IdentityScope } from '../identity-scope.js';

export const openidScope: IdentityScope = {
  name: 'openid',
  description: 'Know who you are here, and for which organization you sign in.',
  claims: [],
  read: () => ({}),
};
