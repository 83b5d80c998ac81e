import { parseLoopbackUri } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';

export const MAX_REDIRECT_URIS = 20;
export const MAX_REDIRECT_URI_LENGTH = 2_048;

/** Schemes with which a browser would run or open something in place of calling an app. */
const DANGEROUS = ['javascript:', 'data:', 'vbscript:', 'file:', 'about:', 'blob:', 'filesystem:', 'view-source:', 'ftp:', 'ws:', 'wss:'];
const VISIBLE_ASCII = /^[\x21-\x7E]+$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
/** RFC 6749 §4.1.2, RFC 9207 §2: names that answers bring; who registered them could not tell the two apart. */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

interface Mistake {
  readonly message: string;
  readonly fix: string;
}

/** Addresses of an app to which people are led; those of the first kind get codes. */
export interface LeadingUris {
  readonly redirect_uris?: readonly string[] | undefined;
  readonly post_logout_redirect_uris?: readonly string[] | undefined;
}

/** What is wrong with them, by place in their lists. */
export function mistakesOfRedirectUris({ redirect_uris = [], post_logout_redirect_uris = [] }: LeadingUris): ProblemItem[] {
  return Object.entries({ redirect_uris, post_logout_redirect_uris }).flatMap(([field, uris]) =>
    uris.flatMap((uri, i) => {
      const mistake = mistakeOfRedirectUri(uri);
      return mistake ? [{ location: `/${field}/${i}`, ...mistake }] : [];
    }),
  );
}

/** AZ-5: absolute, as browsers write it, https or a program on the user's computer, and nothing in it that two readers could read in two ways. */
export function mistakeOfRedirectUri(uri: string): Mistake | undefined {
  return wrongText(uri) ?? wrongScheme(uri) ?? wrongParts(uri);
}

function wrongText(uri: string): Mistake | undefined {
  if (uri.length > MAX_REDIRECT_URI_LENGTH)
    return { message: `The redirect URI is longer than ${MAX_REDIRECT_URI_LENGTH} characters.`, fix: 'Use a shorter one.' };
  if (!VISIBLE_ASCII.test(uri))
    return {
      message: 'The redirect URI holds spaces, control characters or letters outside ASCII.',
      fix: 'Percent-encode them; write an international domain name in its ASCII form (xn--…).',
    };
  if (uri.includes('\\'))
    return { message: 'The redirect URI holds a backslash, which browsers take for a slash.', fix: 'Write it with forward slashes.' };
  if (uri.includes('*'))
    return {
      message: 'The redirect URI holds a wildcard. Redirect URIs are compared as exact texts.',
      fix: 'Register each address; carry what differs in the state parameter.',
    };
  return undefined;
}

function wrongScheme(uri: string): Mistake | undefined {
  const scheme = SCHEME.exec(uri)?.[0].toLowerCase();
  if (scheme === undefined)
    return { message: 'The redirect URI is not absolute.', fix: 'Send the whole address, such as https://app.example.com/callback.' };
  if (DANGEROUS.includes(scheme))
    return { message: `The scheme ${scheme} does not lead to an app.`, fix: 'Use https, such as https://app.example.com/callback.' };
  if (scheme === 'https:') return undefined;
  if (scheme === 'http:') return wrongHttp(uri);
  // RFC 8252 §7.1: the reverse of a domain name that the publisher has, so that two apps do not claim the same.
  if (!scheme.includes('.'))
    return {
      message: `The private scheme ${scheme} could be anybody's.`,
      fix: 'Name it after a domain of yours, backwards: com.example.app:/callback. Or use https.',
    };
  return undefined;
}

function wrongHttp(uri: string): Mistake | undefined {
  if (parseLoopbackUri(uri)) return undefined;
  // Written otherwise, such as 127.1, browsers would still go there; told apart for the sake of the advice.
  const host = URL.canParse(uri) ? new URL(uri).hostname : '';
  const means = ['127.0.0.1', '[::1]', 'localhost'].includes(host);
  return means
    ? {
        message: 'The address of the user’s own computer is not written in its plain form.',
        fix: `Write http://${host}/…, without user and fragment.`,
      }
    : {
        message: 'http is for a program on the user’s own computer only: elsewhere others could read the code.',
        fix: 'Use https. For a program on the computer: http://127.0.0.1/callback, any port will then do.',
      };
}

function wrongParts(uri: string): Mistake | undefined {
  if (!URL.canParse(uri))
    return { message: 'The redirect URI is no URL.', fix: 'Send the whole address, such as https://app.example.com/callback.' };
  const url = new URL(uri);
  // RFC 6749 §3.1.2; an empty fragment leaves no trace in the parsed URL.
  if (uri.includes('#')) return { message: 'The redirect URI has a fragment.', fix: 'Leave out the # and what follows it.' };
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?]*@/.test(uri))
    return { message: 'The redirect URI names a user.', fix: 'Leave out what stands before the @.' };
  const answer = ANSWER_PARAMETERS.find((name) => url.searchParams.has(name));
  if (answer !== undefined)
    return { message: `The query holds ${answer}, which the answer brings.`, fix: `Rename the parameter ${answer}.` };
  // RFC 3986 §6.2: what a parser rewrites would be called at another address than the one that was compared.
  if (url.href !== uri && url.href !== `${uri}/`)
    return { message: 'Browsers write this redirect URI in another way.', fix: `Register it as ${url.href}, and send it so.` };
  return undefined;
}
