import { mistakeOfRedirectUri, MAX_REDIRECT_URIS } from '../../../directory/third-party-apps/index.js';
import type { ProblemItem } from '../../../platform/http/index.js';

export interface ReadRedirectUris {
  readonly redirectUris: readonly string[];
  readonly problems: readonly ProblemItem[];
  /** One for each that is left out. */
  readonly notes: readonly ProblemItem[];
}

/** A document lists what every server may need, so what is no good here is left out, as long as one is left. */
export function readRedirectUris(value: unknown): ReadRedirectUris {
  const uris: unknown[] = Array.isArray(value) ? value : [];
  if (uris.length > MAX_REDIRECT_URIS)
    return unusable(`redirect_uris holds more than ${MAX_REDIRECT_URIS}.`, 'Send fewer; a loopback address needs no port.');
  const notes: ProblemItem[] = [];
  const redirectUris = new Set<string>();
  for (const [i, uri] of uris.entries()) {
    const mistake = typeof uri === 'string' ? mistakeOfRedirectUri(uri) : { message: 'It is no text.', fix: 'Send a URL.' };
    if (mistake) notes.push({ location: `/redirect_uris/${i}`, ...mistake });
    else redirectUris.add(String(uri));
  }
  if (redirectUris.size === 0)
    return { ...unusable('redirect_uris holds none that can be used.', 'Send https addresses, or http of 127.0.0.1 or localhost.'), notes };
  return { redirectUris: [...redirectUris], problems: [], notes };
}

function unusable(message: string, fix: string): ReadRedirectUris {
  return { redirectUris: [], problems: [{ location: '/redirect_uris', message, fix }], notes: [] };
}
