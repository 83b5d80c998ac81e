import type { OpenAPIObject } from '@nestjs/swagger';
import { errorCatalogue } from './error-catalogue.js';

const NAME = 'Problem';
const SCHEMA = {
  type: 'object',
  description: 'RFC 9457. `code` is for programs, `detail` for people.',
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'The description of the code in the list of errors.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What to change.' },
    code: { type: 'string', description: 'Stable; docs/errors lists them.' },
    request_id: { type: 'string', description: 'Finds the request in logs and audit.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['location', 'message', 'fix'],
        properties: {
          location: { type: 'string', description: 'JSON Pointer into the body, or the name of a query parameter.' },
          message: { type: 'string' },
          fix: { type: 'string' },
        },
      },
    },
  },
};

interface Content {
  schema?: object;
  example?: Example;
  examples?: Record<string, { value: Example }>;
}
type Example = Record<string, unknown>;
interface Operation {
  responses?: Record<string, { content?: Record<string, Content> }>;
}

/** Every problem document has the one schema and complete examples, whichever decorator described the response. */
export function withProblemSchema(document: OpenAPIObject, publicUrl: string): OpenAPIObject {
  const meanings = new Map(
    errorCatalogue().flatMap(({ entries }) => entries.map(({ code, meaning }): [unknown, string] => [code, meaning])),
  );
  const complete = (example: Example): Example => ({
    detail: meanings.get(example['code']),
    ...example,
    type: `${publicUrl}/docs/errors#${String(example['code'])}`,
  });
  for (const problem of problemsOf(document)) {
    problem.schema ??= { $ref: `#/components/schemas/${NAME}` };
    if (problem.example) problem.example = complete(problem.example);
    // Decorators share their examples between operations: replaced, never changed.
    if (problem.examples)
      problem.examples = Object.fromEntries(
        Object.entries(problem.examples).map(([name, example]) => [name, { ...example, value: complete(example.value) }]),
      );
  }
  return { ...document, components: { ...document.components, schemas: { ...document.components?.schemas, [NAME]: SCHEMA } } };
}

function problemsOf({ paths }: OpenAPIObject): Content[] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as Operation[]);
  const contents = operations.flatMap(({ responses = {} }) =>
    Object.values(responses).map(({ content }) => content?.['application/problem+json']),
  );
  return contents.filter((content) => content !== undefined);
}
