import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type { z } from 'zod';

type Standard = StandardSchemaWithJSON['~standard'];
type JsonSchemaOf = Standard['jsonSchema']['input'];

/** A batch of a thousand bad events must not become a megabyte of explanations. */
const MAX_ISSUES = 10;

/** The schema with its JSON Schema made once, not for each request, and with at most ten mistakes told. */
export function published(schema: z.ZodType): StandardSchemaWithJSON {
  const own = schema['~standard'] as unknown as Standard;
  const standard: Standard = {
    version: 1,
    vendor: 'countersign',
    validate: async (value) => {
      const result = await own.validate(value);
      return result.issues ? { issues: shown(result.issues) } : result;
    },
    jsonSchema: { input: once((options) => own.jsonSchema.input(options)), output: once((options) => own.jsonSchema.output(options)) },
  };
  return Object.freeze({ '~standard': standard });
}

function shown<Issue extends { readonly message: string }>(issues: readonly Issue[]): (Issue | { message: string })[] {
  const more = issues.length - MAX_ISSUES;
  return more <= 0 ? [...issues] : [...issues.slice(0, MAX_ISSUES), { message: `and ${more} more mistakes` }];
}

/** The SDK asks for one dialect only. */
function once(convert: JsonSchemaOf): JsonSchemaOf {
  let made: ReturnType<JsonSchemaOf> | undefined;
  return (options) => (made ??= convert(options));
}
