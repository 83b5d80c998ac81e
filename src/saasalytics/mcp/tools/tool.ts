import type { StandardSchemaWithJSON, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { RouteOperation } from '@countersign/guards';
import type { McpCall } from '../mcp-call.js';
import { published } from '../published-schema.js';

/** One implementation per file, and a line in the list of `index.ts`. */
export interface McpTool extends RouteOperation {
  readonly title: string;
  /** For the agent: when to use it, and what its answer means. */
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly input: StandardSchemaWithJSON;
  readonly output: StandardSchemaWithJSON;
  /** @param input what the schema answered; @throws Problem, which the agent is told. */
  run(input: unknown, call: McpCall): Promise<object>;
}

interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly scopes: readonly [string, ...string[]];
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly input: Input;
  readonly output: Output;
  run(input: z.output<Input>, call: McpCall): Promise<object>;
}

/** Everything that does not depend on a request is made here, once per process. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodType>(definition: ToolDefinition<Input, Output>): McpTool {
  const { title, description, scopes, input, output, annotations } = definition;
  return Object.freeze({
    ...definition,
    description: `${description} Needs the scope ${scopes.join(' ')}.`,
    annotations: { title, openWorldHint: false, ...annotations },
    input: published(input),
    output: published(output),
    run: (checked: unknown, call: McpCall) => definition.run(checked as z.output<Input>, call),
  });
}
