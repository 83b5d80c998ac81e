import type { OpenAPIObject } from '@nestjs/swagger';

interface Parameter {
  required?: boolean;
  description?: string;
  schema?: { example?: unknown };
}

/** Swagger UI sends every example that it shows, so an optional parameter names its example in words: nobody starts with another's cursor. */
export function withOptionalParametersEmpty(document: OpenAPIObject): OpenAPIObject {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item) as { parameters?: Parameter[] }[]);
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters)) {
    const { required, schema, description = '' } = parameter;
    if (required || schema?.example === undefined) continue;
    const { example, ...rest } = schema;
    parameter.schema = rest;
    parameter.description = `${description} Such as \`${String(example)}\`.`.trim();
  }
  return document;
}
