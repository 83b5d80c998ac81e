import { M2MClient, clientSecret, type ClientEvent, type M2MClientOptions } from '@countersign/client';

export const ISSUER = 'https://issuer.example';
export const API = 'https://api.example/analytics';
export const SECRET = 'csn_secret_of_the_tests';

export interface SeenRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly form: URLSearchParams;
  readonly init: RequestInit;
}

type Answer = Response | Promise<Response>;

/** An issuer and an API behind an injected `fetch`, in a time of their own. */
export class VirtualIssuer {
  epochMs = 1_800_000_000_000;
  monotonicMs = 5_000;
  /** 0.5: no jitter. */
  random = 0.5;
  issued = 0;
  readonly discoveries: string[] = [];
  readonly tokenRequests: SeenRequest[] = [];
  readonly calls: SeenRequest[] = [];
  readonly events: ClientEvent[] = [];
  /** What the token endpoint, the metadata and everything else answer. */
  onToken: (request: SeenRequest) => Answer = () => this.tokenAnswer();
  onMetadata: (url: string) => Answer = () => Response.json({ issuer: ISSUER, token_endpoint: `${ISSUER}/oauth/token` });
  onCall: (request: SeenRequest) => Answer = () => Response.json({ ok: true });

  client(options: Partial<M2MClientOptions> = {}): M2MClient {
    return new M2MClient({
      issuer: ISSUER,
      clientId: 'sp_test',
      auth: clientSecret(SECRET),
      fetch: (input, init) => this.fetch(input, init),
      clock: { epochMs: () => this.epochMs, monotonicMs: () => this.monotonicMs },
      random: () => this.random,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  /** A token response; each holds another token: `token-1`, `token-2`, … */
  tokenAnswer(members: Record<string, unknown> = {}): Response {
    this.issued++;
    return Response.json({ access_token: `token-${this.issued}`, token_type: 'Bearer', expires_in: 3600, scope: 'a b', ...members });
  }

  passSeconds(seconds: number): void {
    this.epochMs += seconds * 1000;
    this.monotonicMs += seconds * 1000;
  }

  /** Until what runs in the background is done. */
  settle(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 5));
  }

  private async fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input);
    if (url.includes('/.well-known/')) {
      this.discoveries.push(url);
      return this.onMetadata(url);
    }
    const form = new URLSearchParams(typeof init.body === 'string' ? init.body : '');
    const request = { url, headers: new Headers(init.headers), form, init };
    const ofIssuer = form.has('grant_type');
    (ofIssuer ? this.tokenRequests : this.calls).push(request);
    return ofIssuer ? this.onToken(request) : this.onCall(request);
  }
}

export function oauthError(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error, error_description: 'Said by the issuer.' }, { status, headers });
}

/** What a thrown value is, or the test fails here. */
export async function thrownBy(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Error) return error;
  throw new Error('Nothing was thrown.');
}
