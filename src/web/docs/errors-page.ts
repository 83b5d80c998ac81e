import { errorCatalogue, type ErrorChapter, type ErrorEntry } from './error-catalogue.js';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #d0d7de}
code{background:#f0f2f4;padding:.1rem .3rem;border-radius:4px}tr:target{background:#fff8c5}a{color:#0550ae}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}code{background:#21262d}th,td{border-color:#30363d}tr:target{background:#3b2f00}a{color:#79b8ff}}`;

/** The page behind the `type` of every problem document: what each code means and what to do. */
export function errorsPage(): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Errors · Countersign</title><style>${STYLE}</style></head>
<body><h1>Errors</h1><p>Every code that these APIs answer. <a href="/docs">API documentation</a></p>${errorCatalogue().map(chapter).join('\n')}</body></html>`;
}

function chapter({ title, intro, anchor, entries }: ErrorChapter): string {
  return `<h2>${escape(title)}</h2><p>${inline(intro)}</p><table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>${entries.map((entry) => row(anchor, entry)).join('')}</tbody></table>`;
}

function row(anchor: string, { code, status, meaning }: ErrorEntry): string {
  // RFC 6749 codes stand for several statuses.
  const id = anchor === '' ? code : `${anchor}${code}-${status}`;
  return `<tr id="${escape(id)}"><td><code>${escape(code)}</code></td><td>${status}</td><td>${inline(meaning)}</td></tr>`;
}

function inline(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
