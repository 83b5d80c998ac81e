// Comes with Fastify.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { openApiOf, operationsOf, type Content, type DocumentedOperation, type OpenApi } from '../support/openapi.js';
import { rawRequest } from '../support/raw-request.js';

let server: TestServer;
let document: OpenApi;
let operations: DocumentedOperation[];

beforeAll(async () => {
  // Off, the routes of a registration would be 404, whoever asks.
  server = await startTestServer({ DYNAMIC_REGISTRATION: 'token' });
  document = await openApiOf(server.url);
  operations = operationsOf(document);
});
afterAll(() => server.stop());

/** Names of operations for which something is wrong. */
const wrong = (isWrong: (each: DocumentedOperation) => unknown): string[] => operations.filter(isWrong).map(({ name }) => name);

function everyValue(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [...(name === key ? [value] : []), ...everyValue(value, key)]);
}

describe('section OpenAPI 3.1: the document', () => {
  it('says 3.1, its title, version and server', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Countersign', version: expect.any(String) as string },
      servers: [{ url: server.url }],
    });
  });

  it('every reference leads somewhere', () => {
    for (const ref of everyValue(document, '$ref') as string[]) {
      const target = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((node, part) => (node as Record<string, unknown>)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
      expect(target, ref).toBeDefined();
    }
  });

  it('holds no member that 3.1 does not know', () => {
    expect(everyValue(document, 'nullable')).toEqual([]);
    const schemas = everyValue(document, 'schema') as { exclusiveMinimum?: unknown }[];
    expect(schemas.filter(({ exclusiveMinimum }) => typeof exclusiveMinimum === 'boolean')).toEqual([]);
  });

  it('every schema is a JSON Schema, and every example is what its schema says', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema({ $id: 'doc', components: document.components });
    const check = (where: string, { schema, example, examples }: Content): void => {
      if (!schema) return;
      const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object);
      const values = [example, ...Object.values(examples ?? {}).map((entry) => (entry as { value: unknown }).value)].filter(
        (value) => value !== undefined,
      );
      for (const value of values)
        expect(validate(value), `${where}: ${JSON.stringify(value)} ${ajv.errorsText(validate.errors)}`).toBe(true);
    };
    for (const { name, operation } of operations) {
      for (const content of Object.values(operation.requestBody?.content ?? {})) check(`${name} request`, content);
      for (const [status, { content }] of Object.entries(operation.responses))
        for (const body of Object.values(content ?? {})) check(`${name} ${status}`, body);
    }
    for (const [name, schema] of Object.entries(document.components.schemas))
      check(name, {
        schema: { $ref: `#/components/schemas/${name}` },
        example: undefined,
        ...(schema.example !== undefined && { example: schema.example }),
      });
  });

  it('every member that has an example has one of its own type', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      for (const [member, schema] of Object.entries(properties)) {
        if (schema.example === undefined || JSON.stringify(schema).includes('$ref')) continue;
        expect(ajv.validate(schema, schema.example), `${name}.${member} ${ajv.errorsText()}`).toBe(true);
      }
    }
  });
});

describe('section OpenAPI: every operation', () => {
  it('has its own operationId, a summary, a description and one tag that the document describes', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.length).toBeGreaterThan(25);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = new Map(document.tags.map(({ name, description }) => [name, description]));
    expect(
      wrong(
        ({ operation: { operationId, summary, description } }) => !/^[a-z][A-Za-z]+$/.test(operationId ?? '') || !summary || !description,
      ),
    ).toEqual([]);
    expect(wrong(({ operation }) => operation.tags?.length !== 1 || !tags.get(operation.tags[0]!))).toEqual([]);
  });

  it('declares every parameter of its path, and describes what it takes', () => {
    const named = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
    expect(
      wrong(
        ({ path, operation }) =>
          named(path).join() !==
          (operation.parameters ?? [])
            .filter(({ in: place }) => place === 'path')
            .map(({ name }) => name)
            .sort()
            .join(),
      ),
    ).toEqual([]);
    expect(
      wrong(({ operation }) => (operation.parameters ?? []).some(({ in: place, description }) => place !== 'path' && !description)),
    ).toEqual([]);
    expect(wrong(({ method, operation }) => ['PATCH', 'PUT'].includes(method) && !operation.requestBody)).toEqual([]);
  });

  it('describes one success and, unless anybody may call it, its errors', () => {
    const statuses = (each: DocumentedOperation): number[] => Object.keys(each.operation.responses).map(Number);
    expect(wrong((each) => statuses(each).filter((status) => (status >= 200 && status < 300) || status === 303).length !== 1)).toEqual([]);
    expect(wrong((each) => each.operation.security && ![401, 403, 429].every((status) => statuses(each).includes(status)))).toEqual([]);
    expect(
      wrong(
        (each) =>
          each.operation['x-access'] === 'client_authenticated' && ![400, 401, 429, 503].every((status) => statuses(each).includes(status)),
      ),
    ).toEqual([]);
  });

  it('gives each response a description, and each body a schema or an example', () => {
    expect(
      wrong(({ operation }) =>
        Object.values(operation.responses).some(
          ({ description, content }) =>
            description === undefined || Object.values(content ?? {}).some((body) => !body.schema && !body.example && !body.examples),
        ),
      ),
    ).toEqual([]);
    expect(
      wrong(({ operation }) =>
        Object.entries(operation.responses).some(
          ([status, { content }]) => status === '200' && operation.operationId !== 'revokeToken' && !content,
        ),
      ),
    ).toEqual([]);
    expect(
      wrong(({ operation }) =>
        Object.entries(operation.responses).some(
          ([status, { content }]) => Number(status) >= 400 && operation.security && !content?.['application/problem+json']?.schema,
        ),
      ),
    ).toEqual([]);
  });
});

describe('section access: what the document says about who may call', () => {
  // Seen to fail when a method of the management API is marked @Public().
  it('is said by every operation in exactly one way', () => {
    expect(wrong(({ operation }) => (operation.security !== undefined) === (operation['x-access'] !== undefined))).toEqual([]);
    // Guards of an API authenticate as it, with its own credentials.
    const isForGuards = ({ path, operation }: DocumentedOperation): boolean =>
      operation['x-access'] === 'client_authenticated' && /^\/v1\/(?:revocations|usage-reports)(?:\/|$)/.test(path);
    expect(wrong((each) => /^\/(?:v1|analytics|mcp)\//.test(each.path) && !each.operation.security && !isForGuards(each))).toEqual([]);
  });

  it('names only scopes that the catalogue has, under the scheme of the API they belong to', async () => {
    const operator = await Operator.of(server);
    const catalogue = new Map<string, Set<string>>();
    const list = (await (
      await fetch(`${server.url}/v1/apis?limit=100`, { headers: { authorization: `Bearer ${operator.token}` } })
    ).json()) as { data: { identifier: string; scopes: { name: string }[] }[] };
    for (const { identifier, scopes } of list.data) catalogue.set(identifier, new Set(scopes.map(({ name }) => name)));
    for (const { name, path, operation } of operations.filter((each) => each.operation.security)) {
      const [[scheme, scopes] = ['', [] as string[]]] = Object.entries(operation.security![0]!);
      const { flows } = document.components.securitySchemes[scheme]!;
      const offered = (flows.clientCredentials ?? flows.authorizationCode)!;
      const api = catalogue.get(server.url + path) ?? catalogue.get(`${server.url}/${path.split('/')[1]!}`)!;
      expect({ name, unknown: scopes.filter((scope) => !api.has(scope) || !(scope in offered.scopes)) }).toEqual({ name, unknown: [] });
      expect(scopes).toEqual(operation['x-required-scopes']);
      expect(scopes.length).toBeGreaterThan(0);
      expect(offered.tokenUrl).toBe(`${server.url}/oauth/token`);
    }
  });

  // Seen to fail when @RequireScopes is taken from one method.
  it('401 without a token at every operation that demands a scope, with exactly those scopes in the challenge', async () => {
    for (const { name, method, path, operation } of operations) {
      const withBody =
        method === 'GET' || method === 'DELETE'
          ? {}
          : { headers: [['content-type', 'application/json']] as [string, string][], body: '{}' };
      const answer = await rawRequest(server.url, { method, path: path.replaceAll(/\{\w+\}/g, 'x'), ...withBody });
      if (operation.security) {
        const scopes = Object.values(operation.security[0]!)[0]!;
        const challenge = String(answer.headers['www-authenticate']);
        const named = /scope="([^"]*)"/.exec(challenge)?.[1]?.split(' ') ?? [];
        // Where a route has several operations, what it suggests to begin with is some of what they need.
        const expected = operation['x-operations'] ? scopes.filter((scope) => named.includes(scope)) : scopes;
        expect({ name, status: answer.status, named, challenge }).toMatchObject({ status: 401, named: expected });
        expect(named, name).not.toEqual([]);
      } else {
        expect({ name, status: answer.status }).not.toMatchObject({ status: 403 });
        if (operation['x-access'] === 'public') expect({ name, status: answer.status }).not.toMatchObject({ status: 401 });
      }
    }
  });

  it('401 or 400 at the endpoints that authenticate a client, when none is named', async () => {
    for (const { path, method } of operations.filter(({ operation }) => operation['x-access'] === 'client_authenticated')) {
      const form = {
        headers: [['content-type', 'application/x-www-form-urlencoded']] as [string, string][],
        body: 'grant_type=client_credentials&token=x',
      };
      const answer = await rawRequest(server.url + path, { method, ...(method === 'POST' && form) });
      expect({ path, status: answer.status }).toEqual({ path, status: 401 });
    }
  });
});
