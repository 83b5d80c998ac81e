import type { OAuthClientMetadata, OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client';
import * as v2 from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedErrorV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export const CALLBACK = 'http://127.0.0.1:33418/callback';
const IDENTITY = { name: 'countersign-test', version: '1.0.0' };

type ClientInformation = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Tokens = Awaited<ReturnType<OAuthClientProvider['tokens']>>;

/** How the host is known: nothing of it at all means that it registers itself. */
export interface Known {
  /** The document that it names itself by. */
  readonly clientMetadataUrl?: string;
  /** What an administrator registered. */
  readonly registered?: { readonly client_id: string; readonly client_secret?: string };
}

/** What the host of an agent keeps, as the SDKs ask for it; in memory. */
export class McpHost implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK;
  /** Where the person was last sent. */
  asked: URL | undefined;
  information: ClientInformation;
  saved: Tokens;
  private verifier = '';
  private discovered: OAuthDiscoveryState | undefined;

  constructor(private readonly known: Known) {
    this.information = known.registered;
  }

  get clientMetadataUrl(): string {
    // The SDKs ask whether there is any.
    return this.known.clientMetadataUrl as string;
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: 'Self-registered agent',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: this.known.registered?.client_secret ? 'client_secret_basic' : 'none',
    };
  }

  state(): string {
    return 'a state of the host';
  }

  clientInformation(): ClientInformation {
    return this.information;
  }

  saveClientInformation(information: ClientInformation): void {
    this.information = information;
  }

  tokens(): Tokens {
    return this.saved;
  }

  saveTokens(tokens: Tokens): void {
    this.saved = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.asked = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.discovered = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.discovered;
  }

  /** What the server does not take any more is forgotten; a registration of an administrator stays. */
  invalidateCredentials(which: string): void {
    if (which === 'all' || which === 'tokens') this.saved = undefined;
    if (which === 'all' || which === 'client') this.information = this.known.registered;
  }
}

/** Takes a person to an address, and answers where they were sent back to. */
export type Browse = (url: URL) => Promise<URL>;

export interface ToolAnswer {
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

export interface Connection {
  tools(): Promise<string[]>;
  call(name: string, input: Record<string, unknown>): Promise<ToolAnswer>;
  close(): Promise<void>;
}

export type Sdk = (url: string, host: McpHost, browse: Browse) => Promise<Connection>;

/** The present SDK, which speaks 2026-07-28 where the server does (`auto`), or as clients of 2025 do (`legacy`). */
export function sdkV2(mode: 'auto' | 'legacy'): Sdk {
  return async (url, host, browse) => {
    const open = (): v2.StreamableHTTPClientTransport => new v2.StreamableHTTPClientTransport(new URL(url), { authProvider: host });
    let transport = open();
    const finish = async (): Promise<void> => transport.finishAuth((await browse(askedOf(host))).searchParams);
    let client = new v2.Client(IDENTITY, { versionNegotiation: { mode } });
    await client.connect(transport).catch(async (error: unknown) => {
      if (!(error instanceof v2.UnauthorizedError)) throw error;
      await finish();
      transport = open();
      client = new v2.Client(IDENTITY, { versionNegotiation: { mode } });
      await client.connect(transport);
    });
    return connectionOf(client, v2.UnauthorizedError, finish);
  };
}

/** The SDK of 2025, which most hosts are still built with. */
export const sdkV1: Sdk = async (url, host, browse) => {
  // Of its own types, which say the same.
  const authProvider = host as unknown as NonNullable<ConstructorParameters<typeof TransportV1>[1]>['authProvider'];
  const open = (): TransportV1 => new TransportV1(new URL(url), { ...(authProvider && { authProvider }) });
  let transport = open();
  const finish = async (): Promise<void> => transport.finishAuth((await browse(askedOf(host))).searchParams.get('code') ?? '');
  let client = new ClientV1(IDENTITY);
  const connect = (): Promise<void> => client.connect(transport as Parameters<ClientV1['connect']>[0]);
  await connect().catch(async (error: unknown) => {
    if (!(error instanceof UnauthorizedErrorV1)) throw error;
    await finish();
    transport = open();
    client = new ClientV1(IDENTITY);
    await connect();
  });
  return connectionOf(client as unknown as v2.Client, UnauthorizedErrorV1, finish);
};

function askedOf(host: McpHost): URL {
  if (!host.asked) throw new Error('The person was sent nowhere.');
  return host.asked;
}

/** Where a call needs more than the person allowed, the SDK sends them to the server again; then the call is made once more. */
function connectionOf(
  client: Pick<v2.Client, 'listTools' | 'callTool' | 'close'>,
  Unauthorized: new (...args: never[]) => Error,
  finish: () => Promise<void>,
): Connection {
  const call = (name: string, input: Record<string, unknown>): Promise<ToolAnswer> =>
    client.callTool({ name, arguments: input }) as Promise<ToolAnswer>;
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, input) =>
      call(name, input).catch(async (error: unknown) => {
        if (!(error instanceof Unauthorized)) throw error;
        await finish();
        return call(name, input);
      }),
    close: () => client.close(),
  };
}
