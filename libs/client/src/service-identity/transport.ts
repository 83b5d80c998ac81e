/** How a connection is opened. No system roots: who is not vouched for by `ca` is not talked to. */
export interface ChannelOptions {
  /** PEM: who may vouch for the server. */
  readonly ca: readonly string[];
  /** What this side shows; absent: nothing. */
  readonly shown?: { readonly certificate: string; readonly key: string } | undefined;
  /** SPIFFE id of the server; absent: it proves the name in the URL. */
  readonly peer?: string | undefined;
}

/** Connections that were opened alike. */
export interface Channel {
  readonly fetch: typeof fetch;
  /** Takes no new request; resolves when those under way have been answered to the end. */
  close(): Promise<void>;
  /** Ends everything now. */
  destroy(): void;
}

/** Replaced in tests only. */
export type Transport = (options: ChannelOptions) => Channel;
