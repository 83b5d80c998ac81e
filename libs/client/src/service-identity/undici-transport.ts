import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Agent, fetch as undiciFetch } from 'undici';
import { namedIn, UnexpectedPeer } from './peer-identity.js';
import type { Channel, ChannelOptions } from './transport.js';

type AnyFetch = (input: string, init: object) => Promise<unknown>;

/** Connections over TLS 1.3, by an HTTP client of its own: the built-in `fetch` shows no certificates. */
export function openChannel({ ca, shown, peer }: ChannelOptions): Channel {
  const dispatcher = new Agent({
    // A resumed session skips the check of the server's name.
    maxCachedSessions: 0,
    connect: {
      ca: [...ca],
      ...(shown && { cert: shown.certificate, key: shown.key }),
      ...(peer !== undefined && { checkServerIdentity: expecting(peer) }),
      minVersion: 'TLSv1.3',
      rejectUnauthorized: true,
    },
  });
  return {
    fetch: async (input, init = {}) => {
      const { url, request } = await plain(input, init);
      return (await (undiciFetch as unknown as AnyFetch)(url, { ...request, dispatcher })) as Response;
    },
    close: () => dispatcher.close(),
    destroy: () => void dispatcher.destroy(),
  };
}

/** In place of the check of the host's name: it says nothing about which service answers there. */
function expecting(peer: string): typeof checkServerIdentity {
  return (_host: string, { raw }: PeerCertificate) => {
    const found = namedIn(new X509Certificate(raw));
    return found === peer ? undefined : new UnexpectedPeer(peer, found);
  };
}

/** Requests and forms of the built-in `fetch` are of other classes, which this client would take for texts. */
async function plain(input: string | URL | Request, init: RequestInit): Promise<{ url: string; request: RequestInit }> {
  const isRequest = typeof input === 'object' && 'url' in input;
  const request: RequestInit & { duplex?: 'half' } = { ...(isRequest && membersOf(input)), ...init };
  if (request.body instanceof FormData) {
    const encoded = new Response(request.body);
    const headers = new Headers(request.headers);
    headers.set('content-type', encoded.headers.get('content-type') ?? '');
    return { url: isRequest ? input.url : String(input), request: { ...request, headers, body: await encoded.arrayBuffer() } };
  }
  // Fetch standard: what is sent while it is read says so.
  if (request.body instanceof ReadableStream) request.duplex = 'half';
  return { url: isRequest ? input.url : String(input), request };
}

function membersOf({ method, headers, body, redirect, signal, keepalive }: Request): RequestInit {
  return { method, headers, redirect, signal, keepalive, ...(body && { body }) };
}
