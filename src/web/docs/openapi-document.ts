import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { withNullTypes } from './null-types.js';
import { withOptionalParametersEmpty } from './optional-parameters.js';
import { withProblemSchema } from './problem-schema.js';
import { withSchemePerApi, type DocumentedApi } from './security-schemes.js';
import { TAGS } from './tags.js';

const DESCRIPTION = `
Countersign issues access tokens to machines, and protects the APIs below with them.

**To try it**: press *Authorize*, enter the \`client_id\` and \`client_secret\` of a service principal (those of the demo are in
\`.countersign/demo.json\`) at the API it is for, and press *Try it out* at one of that API's operations.

Errors of the OAuth endpoints follow RFC 6749, all others RFC 9457; [the list of errors](/docs/errors) says what each means.
Lists take \`limit\` and \`cursor\`. Requests are limited per client: see the \`RateLimit\` headers. \`X-Request-Id\` names a request in
logs and audit.`;

/** The OpenAPI 3.1 document, made from the decorators that also tell the guards what to demand. */
export function createOpenApiDocument(app: INestApplication, publicUrl: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Countersign')
    .setVersion('1')
    .setDescription(DESCRIPTION.trim())
    .addServer(publicUrl);
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: (_, method) => method });
  const secured = withSchemePerApi(document, documentedApis(app.get(ApiCatalogue), publicUrl), publicUrl);
  return withNullTypes(withProblemSchema(withOptionalParametersEmpty(secured), publicUrl));
}

function documentedApis(catalogue: ApiCatalogue, publicUrl: string): DocumentedApi[] {
  return catalogue
    .list()
    .filter((api) => api.system && api.zone === 'external')
    .map(({ name, identifier, identity, definitions }) => ({
      name,
      forPeople: identity,
      path: identifier.slice(publicUrl.length),
      scopes: new Map([...definitions.values()].map((scope) => [scope.name, scope.description])),
    }))
    .sort((a, b) => a.path.localeCompare(b.path));
}
