const INSERTED = '/.well-known/';

/**
 * Where the issuer has a path, such as `https://host/auth`, its routes are met below that path and its metadata in the inserted
 * form of RFC 8414 §3.1 and RFC 9728 §3.1 too (`/.well-known/<name>/auth`). Answers the plain path of either; undefined when the
 * issuer has no path and nothing is to be rewritten.
 */
export function issuerPathRewriter(publicUrl: string): ((url: string) => string) | undefined {
  const path = new URL(publicUrl).pathname;
  if (path === '/') return undefined;
  return (url) => {
    if (startsWithSegment(url, path)) return url.slice(path.length) || '/';
    if (!url.startsWith(INSERTED)) return url;
    const nameEnd = url.indexOf('/', INSERTED.length);
    const rest = nameEnd < 0 ? '' : url.slice(nameEnd);
    return startsWithSegment(rest, path) ? url.slice(0, nameEnd) + rest.slice(path.length) : url;
  };
}

function startsWithSegment(url: string, path: string): boolean {
  return url.startsWith(path) && ['', '/', '?'].includes(url.charAt(path.length));
}
