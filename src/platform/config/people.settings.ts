import { positiveInteger } from './setting-types.js';

export const peopleSettings = {
  SESSION_IDLE_SECONDS: positiveInteger({ desc: 'A sign-in session of a person ends when it was not used for so long.', default: 28_800 }),
  SESSION_LIFETIME_SECONDS: positiveInteger({ desc: 'A sign-in session of a person ends so long after the sign-in.', default: 604_800 }),
  RATE_LIMIT_SIGN_IN_VISITS_PER_SOURCE: positiveInteger({
    desc: 'Links of invitations and ways to other identity providers that are opened per minute and source address.',
    default: 600,
  }),
  RATE_LIMIT_SIGN_IN_PER_SOURCE: positiveInteger({
    desc: 'Sign-ins that are tried per minute and source address, from browsers that the account does not know.',
    default: 120,
  }),
  RATE_LIMIT_SIGN_IN_PER_ACCOUNT: positiveInteger({
    desc: 'Sign-ins that are tried per account and ten minutes from one source address, or from one browser that the account knows.',
    default: 10,
  }),
  RATE_LIMIT_SIGN_IN_STRANGERS_PER_ACCOUNT: positiveInteger({
    desc: 'Sign-ins that are tried per account and hour from all browsers together that it does not know.',
    default: 100,
  }),
  RATE_LIMIT_USER_CODES_PER_PERSON: positiveInteger({
    desc: 'Wrong codes of devices that a person enters in ten minutes, in all of their sessions.',
    default: 5,
  }),
  RATE_LIMIT_USER_CODES_PER_SOURCE: positiveInteger({
    desc: 'Wrong codes of devices that all people of one source address enter in ten minutes.',
    default: 50,
  }),
};
