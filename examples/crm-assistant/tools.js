import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** The tools of an MCP server. */
export class Tools {
  #client;

  constructor(client, names) {
    this.#client = client;
    this.names = names;
  }

  /** @param fetch puts the token on each request, and knows when it needs a new one: nothing of OAuth is left for the transport */
  static async of(url, fetch) {
    const client = new Client({ name: 'crm-assistant', version: '0.1.0' }, { versionNegotiation: { mode: 'auto' } });
    // A program without a person can ask for no wider scope: it is told what is missing, and by whom it has to be granted.
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch, onInsufficientScope: 'throw' }));
    const { tools } = await client.listTools();
    return new Tools(
      client,
      tools.map(({ name }) => name),
    );
  }

  async call(name, input) {
    const { structuredContent, content, isError } = await this.#client.callTool({ name, arguments: input });
    if (isError) throw new Error(`${name}: ${content[0]?.text}`);
    return structuredContent;
  }

  close() {
    return this.#client.close();
  }
}
