import { request } from 'node:http';

export interface RawAnswer {
  /** 0: the server closed the connection before its answer could be read, as it may when it stops reading a request. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request whose header lines are sent as they are given: fetch would join, refuse or repair them. */
export function rawRequest(
  url: string,
  options: { method?: string; path?: string; headers?: readonly (readonly [string, string])[]; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const { host, hostname, port, pathname, search } = new URL(url);
  const lines = [['host', host] as const, ...(options.headers ?? [])];
  if (options.body !== undefined) lines.push(['content-length', String(Buffer.byteLength(options.body))]);
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, agent: false, method: options.method ?? 'GET', path: options.path ?? pathname + search, headers: lines.flat() },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve({ status: 0, headers: {}, text: '' }) : reject(error),
    );
    sent.end(options.body);
  });
}
