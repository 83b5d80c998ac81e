import type { z } from 'zod';

/** A task in words, which a person picks in their client. One implementation per file, and a line in the list of `index.ts`. */
export interface McpPrompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Of optional texts: prompts take nothing else. */
  readonly args: z.ZodObject;
  text(args: Readonly<Record<string, unknown>>): string;
}
