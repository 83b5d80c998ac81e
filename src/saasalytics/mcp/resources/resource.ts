import type { McpCall } from '../mcp-call.js';

/** Something to read by its address. One implementation per file, and a line in the list of `index.ts`. */
export interface McpResource {
  readonly name: string;
  /** `saasalytics://…`; with one `{id}` at its end it is a template. */
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: 'application/json' | 'text/markdown';
  /** None: whoever may call the server. */
  readonly scopes: readonly string[];
  /** @param id in place of `{id}`; @throws Problem */
  read(call: McpCall, id: string): Promise<string>;
}
