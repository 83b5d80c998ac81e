/** What the tests read of an OpenAPI 3.1 document. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema: Schema;
}

export interface Content {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { description?: string; content?: Record<string, Content> }>;
  security?: Record<string, string[]>[];
  'x-access'?: 'public' | 'client_authenticated' | 'session';
  'x-required-scopes'?: string[];
  'x-operations'?: Record<string, string[]>;
}

interface OAuthFlow {
  tokenUrl: string;
  scopes: Record<string, string>;
}

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    /** Of an API for people the second one. */
    securitySchemes: Record<string, { type: string; flows: Partial<Record<'clientCredentials' | 'authorizationCode', OAuthFlow>> }>;
  };
}

export interface DocumentedOperation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export async function openApiOf(url: string): Promise<OpenApi> {
  return (await (await fetch(`${url}/docs/openapi.json`)).json()) as OpenApi;
}

export function operationsOf(document: OpenApi): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** A value that the schema describes, made of its examples. */
export function exampleOf(document: OpenApi, schema: Schema = {}, depth = 0): unknown {
  if (depth > 8) return 'x';
  const referred = schema.$ref
    ? document.components.schemas[schema.$ref.split('/').at(-1) ?? '']
    : [schema.allOf, schema.anyOf, schema.oneOf].flat()[0];
  const given = [schema.example, schema.default, schema.enum?.[0]].find((value) => value !== undefined);
  if (given !== undefined) return given;
  if (referred) return exampleOf(document, referred, depth + 1);
  if (schema.properties)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, member]) => [name, exampleOf(document, member, depth + 1)]));
  return exampleOfType(document, schema, depth);
}

function exampleOfType(document: OpenApi, { type, items }: Schema, depth: number): unknown {
  switch (Array.isArray(type) ? type[0] : type) {
    case 'array':
      return [exampleOf(document, items, depth + 1)];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'object':
      return {};
    default:
      return 'x';
  }
}
