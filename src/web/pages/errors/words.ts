import { LOGOUT_PATH } from '../../../issuer/logout/index.js';
import { waitText } from '../kit/index.js';
import { LOGOUT_PAGE } from '../../../issuer/sessions/index.js';
import type { Failure } from './failure.js';

export interface ErrorWords {
  readonly title: string;
  readonly text: string;
  /** Where it is good to go on; a path of ours. */
  readonly next?: { readonly to: string; readonly label: string };
  /** Whoever runs the app needs to know what exactly it was. */
  readonly forDeveloper?: boolean;
}

export const SIGN_IN_PAGE = '/login';
const SIGN_IN = { to: SIGN_IN_PAGE, label: 'Sign in' };
const BY_CODE: Readonly<Record<string, Omit<ErrorWords, 'forDeveloper'>>> = {
  interaction_ended: {
    title: 'This request has ended',
    text: 'It was answered already, waited too long, or began in another browser. Go back to the app and begin again there.',
  },
  join_link_refused: {
    title: 'This link has ended',
    text: 'It was used, replaced by a newer one, or is too old. If you have joined already, sign in. Otherwise ask whoever invited you for a new link.',
    next: SIGN_IN,
  },
  reset_link_refused: {
    title: 'This link has ended',
    text: 'It was used, replaced by a newer one, or is too old. Your password is what it was. Ask whoever gave you the link for a new one.',
    next: SIGN_IN,
  },
  embedded_request: { title: 'Not in here', text: 'Open this address in a window of its own.' },
  already_joined: {
    title: 'You are a member already',
    text: 'You belong to this organization already, so there is nothing to join.',
    next: SIGN_IN,
  },
  org_suspended: {
    title: 'This organization is paused',
    text: 'Nobody can join it or act for it at the moment. Ask an administrator of the organization.',
  },
  form_expired: {
    title: 'This page was open too long',
    text: 'Or it did not come from us, or your browser keeps no cookies for us. Nothing was changed. Open the page again and repeat what you wanted to do.',
  },
  not_a_member: {
    title: 'You are not a member here',
    text: 'You did sign in there, but nobody has invited you here. Ask an administrator of your organization.',
    next: { to: SIGN_IN_PAGE, label: 'Sign in another way' },
  },
  provider_sign_in_failed: {
    title: 'The sign-in did not succeed',
    text: 'It took too long, was begun in another browser, or was refused on the other side. Begin it again.',
    next: { to: SIGN_IN_PAGE, label: 'Begin again' },
  },
  provider_unavailable: {
    title: 'Your identity provider does not answer',
    text: 'It cannot be reached right now. Try again in a few minutes, or sign in another way.',
    next: { to: SIGN_IN_PAGE, label: 'Sign in another way' },
  },
  sign_in_refused: {
    title: 'The password is wrong',
    text: 'Go back and try again. Nothing was changed.',
  },
  not_found: { title: 'There is nothing here', text: 'The address is mistyped, or what was here is gone.' },
  method_not_allowed: { title: 'There is nothing to see here', text: 'This address takes forms only.' },
};

/** Calm words for a person. `path` is where it happened. */
export function wordsOf(failure: Failure, path: string): ErrorWords {
  const words = BY_CODE[failure.code] ?? byStatus(failure);
  const isOfApp = failure.status < 500 && failure.status !== 429;
  if (path.startsWith('/oauth/') || failure.code === 'authorization_refused') return isOfApp ? ofApp(path, failure) : words;
  if (words.next || path === '/consent' || path === '/device') return words;
  return path.startsWith('/account') ? { ...words, next: { to: '/account', label: 'Your account' } } : { ...words, next: SIGN_IN };
}

const NOT_SIGNED_OUT: ErrorWords = {
  title: 'You are not signed out',
  text: 'The app that sent you here asked for it in a way that is not allowed. You can sign out here yourself; tell whoever runs the app.',
  next: { to: LOGOUT_PAGE, label: 'Sign out' },
  forDeveloper: true,
};

// One page for both: nobody outside is told which apps there are.
const UNKNOWN_APP = ['unknown_client', 'no_active_app'];

function ofApp(path: string, { reason }: Failure): ErrorWords {
  if (path === LOGOUT_PATH) return NOT_SIGNED_OUT;
  return path.startsWith('/oauth/') && UNKNOWN_APP.includes(reason ?? '') ? NOT_REGISTERED : BY_APP;
}

/** T12: apps send an identifier that is gone for ever, unless somebody tells the person how to make them forget it. */
const NOT_REGISTERED: ErrorWords = {
  title: 'This app is not registered here any more',
  text: 'Or it never was. You have allowed nothing. An app that registers itself is forgotten when nobody uses it: in the app, remove the connection to this service, or sign out of it there, and connect again; then it registers anew. If that does not help, tell whoever runs the app.',
  forDeveloper: true,
};

const BY_APP: ErrorWords = {
  title: 'This app cannot be connected',
  text: 'The app that sent you here made a mistake, or is not what it says it is. You have allowed nothing. Close this page, and tell whoever runs the app.',
  forDeveloper: true,
};

function byStatus({ status, retryAfter, detail }: Failure): ErrorWords {
  if (status === 429) return { title: 'Too many tries', text: `Wait ${waitText(retryAfter ?? 60)}, then try again.` };
  if (status === 503)
    return { title: 'We cannot work right now', text: 'This is our fault, and it is being looked at. Try again in a moment.' };
  if (status >= 500)
    return { title: 'Something went wrong', text: 'This is our fault. Try again; if it happens once more, tell us the number below.' };
  return { title: 'This cannot be done', text: detail };
}
