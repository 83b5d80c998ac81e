const MAX_PORT = 65_535;
// RFC 8252 §7.3: http, a loopback name or address as it is written, a port that may be any, then path and query.
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?(|[/?][^#]*)$/;

/** The parts of a redirect URI that lead to a program on the computer of the user. */
export interface LoopbackUri {
  readonly host: string;
  readonly port: string | undefined;
  /** Path and query. */
  readonly rest: string;
}

/** A redirect URI to the user's own computer; undefined for every other one. Read from the text itself, which no parser has mended. */
export function parseLoopbackUri(uri: string): LoopbackUri | undefined {
  const [, host, port, rest = ''] = LOOPBACK.exec(uri) ?? [];
  if (host === undefined || (port !== undefined && (Number(port) > MAX_PORT || port.startsWith('0')))) return undefined;
  return { host, port, rest };
}

export interface RedirectUriMatching {
  /** A program on the user's computer may listen on any port of `localhost` too, not only of the addresses. */
  readonly anyLocalhostPort: boolean;
}

/** The registered redirect URI that a presented one is; undefined where it is none of them. */
export function findRedirectUri(presented: string, registered: readonly string[], matching: RedirectUriMatching): string | undefined {
  return (
    registered.find((candidate) => candidate === presented) ?? registered.find((candidate) => differsInPort(presented, candidate, matching))
  );
}

// OAuth 2.1 §2.3.1, RFC 8252 §7.3: exact, except for the port of a loopback address.
function differsInPort(presented: string, registered: string, { anyLocalhostPort }: RedirectUriMatching): boolean {
  const [asked, known] = [parseLoopbackUri(presented), parseLoopbackUri(registered)];
  if (!asked || !known || asked.host !== known.host || asked.rest !== known.rest) return false;
  return known.host !== 'localhost' || anyLocalhostPort;
}
