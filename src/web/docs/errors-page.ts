import { errorCatalogue, type ErrorChapter, type ErrorEntry } from './error-catalogue.js';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
section{padding:.1rem .8rem;border-bottom:1px solid #d0d7de}h3{margin:.8rem 0 .2rem}p{margin:.2rem 0 .6rem}
code{background:#f0f2f4;padding:.1rem .3rem;border-radius:4px}section:target{background:#fff8c5}a{color:#0550ae}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}code{background:#21262d}section{border-color:#30363d}section:target{background:#3b2f00}a{color:#79b8ff}}`;

/** The page behind the `type` of every problem document: what each code means, what usually lies behind it, and what to do. */
export function errorsPage(): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Errors · Countersign</title><style>${STYLE}</style></head>
<body><h1>Errors</h1><p>Every code that these APIs answer. <a href="/docs">API documentation</a></p>${errorCatalogue().map(chapter).join('\n')}</body></html>`;
}

function chapter({ title, intro, anchor, entries }: ErrorChapter): string {
  return `<h2>${escape(title)}</h2><p>${inline(intro)}</p>${entries.map((entry) => section(anchor, entry)).join('')}`;
}

function section(anchor: string, { code, status, meaning, advice }: ErrorEntry): string {
  // RFC 6749 codes stand for several statuses.
  const id = anchor === '' ? code : `${anchor}${code}-${status}`;
  const parts = [meaning, ...(advice ? [`**Likely cause**: ${advice.cause}`, `**What to do**: ${advice.fix}`] : [])];
  return `<section id="${escape(id)}"><h3><code>${escape(code)}</code> ${status}</h3>${parts.map((part) => `<p>${inline(part)}</p>`).join('')}</section>`;
}

function inline(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
