export interface ContentNeeds {
  /** Schemes of apps on the device to which the answer of a form leads, such as `com.example.app`. */
  readonly formSchemes?: readonly string[] | undefined;
}

const SCHEME = /^[a-z][a-z0-9+.-]*$/;

/**
 * HTTP-12, attacks 28 and 32: nothing runs, nothing comes from elsewhere, and nobody frames it.
 *
 * Chromium applies `form-action` to every redirect that follows a form, also to those of the app that is sent an answer. So a form's
 * answer never redirects to another server: it is a page that goes there. Apps on the device redirect no further; the form that leads straight to one names
 * its scheme.
 */
export function contentPolicy({ formSchemes = [] }: ContentNeeds = {}): string {
  const targets = ["'self'", ...formSchemes.filter((scheme) => SCHEME.test(scheme)).map((scheme) => `${scheme}:`)];
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${targets.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
