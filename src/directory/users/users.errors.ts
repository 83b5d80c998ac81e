import type { ProblemTable } from '../../platform/http/index.js';

export const USERS_PROBLEMS = {
  member_exists: {
    status: 409,
    title: 'Member exists',
    meaning: 'Somebody with this e-mail address is a member or invited already. Change that member, or invite them again.',
  },
  already_joined: {
    status: 409,
    title: 'Already joined',
    meaning: 'The member has joined already, so there is nothing left to invite them to.',
  },
  not_joined: {
    status: 409,
    title: 'Not joined yet',
    meaning: 'The member is only invited: there is nobody yet who could be disabled. Delete the member to take the invitation back.',
  },
  no_password: {
    status: 409,
    title: 'No password',
    meaning: 'The person signs in at another identity provider and has no password here that could be reset.',
  },
  last_admin: {
    status: 409,
    title: 'Last administrator',
    meaning: 'The organization would be left without an administrator. Make somebody else one first.',
  },
} as const satisfies ProblemTable;
