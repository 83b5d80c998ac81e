const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * A URI as proofs compare them: without query and fragment, after the normalisations of RFC 3986 §6.2.2 and §6.2.3 (RFC 9449 §4.3).
 * @returns undefined for what is no http or https URI
 */
export function normalizedTarget(uri: string): string | undefined {
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return undefined;
  const { origin, pathname, username, password } = new URL(uri);
  return username === '' && password === '' ? origin + pathname.replace(/%[0-9a-f]{2}/gi, normalizedOctet) : undefined;
}

/** RFC 3986 §6.2.2.1, §6.2.2.2: what needs no encoding stands as it is, the rest in capitals. */
function normalizedOctet(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(character) ? character : encoded.toUpperCase();
}
