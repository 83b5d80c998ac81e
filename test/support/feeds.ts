import { decodeJwt, decodeProtectedHeader } from 'jose';
import {
  AccessTokenVerifier,
  RemoteJwks,
  RevocationFeed,
  type RevocationDeltaClaims,
  type RevocationFeedEvent,
  type RevocationFeedOptions,
} from '@countersign/resource-server';
import type { Operator } from './builders.js';
import type { TestServer } from './countersign.js';
import { basic, type Credential } from './requests.js';

export interface FeedApi {
  readonly id: string;
  readonly identifier: string;
  readonly credential: Credential & { id: string };
}

const scope = (name: string, risk: string) => ({ name, description: `May ${name}.`, risk, assignable_by: 'org_admin', delegable: true });

/** An API with a scope of each risk, and a credential for its guards. */
export async function aFeedApi(operator: Operator, fields: Record<string, unknown> = {}): Promise<FeedApi> {
  const api = await operator.anApi({
    scopes: [scope('read:things', 'low'), scope('write:things', 'medium'), scope('delete:things', 'high')],
    ...fields,
  });
  return { ...api, credential: await aCredential(operator, api.id) };
}

export function aCredential(operator: Operator, apiId: string): Promise<Credential & { id: string }> {
  return operator.create(`/v1/apis/${apiId}/credentials`, {});
}

/** A guard as a customer's process has it: it follows the feed, and judges tokens by it. */
export class TestGuard {
  readonly events: RevocationFeedEvent[] = [];
  readonly feed: RevocationFeed;
  private readonly verifier: AccessTokenVerifier;

  constructor(
    server: TestServer,
    private readonly api: FeedApi,
    options: Partial<RevocationFeedOptions> = {},
  ) {
    const keys = new RemoteJwks({ issuer: server.url });
    this.feed = new RevocationFeed({
      issuer: server.url,
      audience: api.identifier,
      credential: { apiId: api.credential.client_id, secret: api.credential.client_secret },
      keys,
      onEvent: (event) => void this.events.push(event),
      ...options,
    });
    this.verifier = new AccessTokenVerifier({ issuer: server.url, keys, revocations: this.feed });
  }

  /** `accepted`, the reason of a refusal, or `RevocationsStale`. */
  async verdict(token: string, scopes = ['read:things']): Promise<string> {
    try {
      await this.verifier.verify(token, { audience: this.api.identifier, scopes });
      return 'accepted';
    } catch (error) {
      return String((error as { reason?: string }).reason ?? (error as Error).name);
    }
  }
}

/** A stream as curl sees it. */
export class RawStream {
  readonly documents: RevocationDeltaClaims[] = [];
  readonly types: unknown[] = [];
  hasEnded = false;
  private readonly controller = new AbortController();

  private constructor(readonly response: Response) {}

  static async open(url: string, credential: Credential, headers: Record<string, string> = {}): Promise<RawStream> {
    const controller = new AbortController();
    const response = await fetch(`${url}/v1/revocations/stream`, {
      headers: { authorization: basic(credential), ...headers },
      signal: controller.signal,
    });
    const stream = new RawStream(response);
    stream.controller.signal.addEventListener('abort', () => controller.abort());
    if (response.status === 200) void stream.read().catch(() => (stream.hasEnded = true));
    return stream;
  }

  close(): void {
    this.controller.abort();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of this.response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.take(event);
    }
    this.hasEnded = true;
  }

  private take(event: string): void {
    const jws = /^data: (.+)$/m.exec(event)?.[1];
    if (jws === undefined) return;
    this.types.push(decodeProtectedHeader(jws).typ);
    this.documents.push(decodeJwt<RevocationDeltaClaims>(jws) as RevocationDeltaClaims);
  }
}

/** The snapshot's answer; `claims` are not verified here. */
export async function snapshotOf(url: string, credential: Credential, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/revocations`, { headers: { authorization: basic(credential), ...headers } });
  const text = await response.text();
  const isJws = response.headers.get('content-type')?.startsWith('application/jwt') === true && text !== '';
  return { status: response.status, headers: response.headers, text, claims: isJws ? decodeJwt(text) : {} };
}
