import type { OpenAPIObject } from '@nestjs/swagger';

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
        properties: { location: { type: 'string', description: 'JSON Pointer into the body, or the name of a query parameter.' }, message: { type: 'string' }, fix: { type: 'string' } },
      },
    },
  },
};

interface Operation {
  responses?: Record<string, { content?: Record<string, { schema?: object }> }>;
}

/** Every problem document has the one schema, whichever decorator described the response. */
export function withProblemSchema(document: OpenAPIObject): OpenAPIObject {
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item) as Operation[])) {
    for (const { content } of Object.values(operation.responses ?? {})) {
      const problem = content?.['application/problem+json'];
      if (problem) problem.schema ??= { $ref: `#/components/schemas/${NAME}` };
    }
  }
  return { ...document, components: { ...document.components, schemas: { ...document.components?.schemas, [NAME]: SCHEMA } } };
}
