import type { FastifyReply } from 'fastify';
import type { OAuthError } from '@countersign/oauth';

/** What a person is told where an app cannot be, in no particular look. */
export interface ErrorPage {
  readonly status: number;
  /** As an app would get it. */
  readonly code: string;
  readonly title: string;
  /** For the developer of the app. */
  readonly explanation: string;
  readonly requestId: string;
}

export function errorPageOf({ status, code, message }: OAuthError, requestId: string): ErrorPage {
  return { status, code, title: 'This request cannot be answered', explanation: message, requestId };
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#1b1f24;background:#fff}code{background:#f0f2f4;padding:.1rem .3rem}';
/** SHA-256 of STYLE is not needed: nothing but this one sheet stands in the page, and no script ever runs. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The page in its plainest form, until pages have a look. */
export function sendErrorPage(reply: FastifyReply, page: ErrorPage): void {
  void reply
    .status(page.status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      // HTTP-12, attacks 28 and 32.
      'content-security-policy': CONTENT_POLICY,
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(page.title)}</title><style>${STYLE}</style></head>` +
        `<body><main><h1>${escape(page.title)}</h1><p>The app that sent you here made a mistake, or is not what it says. Go back, and tell whoever runs it.</p>` +
        `<p><code>${escape(page.code)}</code> ${escape(page.explanation)}</p><p>Request ${escape(page.requestId)}</p></main></body></html>`,
    );
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
