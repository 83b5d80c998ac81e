import type { IdentityScope } from '../identity-scope.js';

export const profileScope: IdentityScope = {
  name: 'profile',
  description: 'See your name.',
  claims: ['name', 'updated_at'],
  read: ({ name, updatedAt }) => ({ name, updated_at: Math.floor(updatedAt.getTime() / 1000) }),
};
