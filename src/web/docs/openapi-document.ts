import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { OPENAPI_OAUTH2_SCHEME } from '@countersign/guards';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { withNullTypes } from './null-types.js';

const DESCRIPTION = `
Countersign issues access tokens to machines, and protects the APIs below with them.

**Authorize** gets a token by client credentials: choose the scopes of *one* API (Saasalytics or management), and use a client of
\`demo.json\`. Every error of the OAuth endpoints follows RFC 6749, every other one RFC 9457; [the list of errors](/docs/errors) says
what each means and what to do.

Lists take \`limit\` and \`cursor\`. Requests are limited per client: see the \`RateLimit\` headers. \`X-Request-Id\` names a request in
logs and audit.`;

/** The OpenAPI 3.1 document, made from the decorators that also tell the guards what to demand. */
export function createOpenApiDocument(app: INestApplication, publicUrl: string): OpenAPIObject {
  const apis = app.get(ApiCatalogue).list().filter((api) => api.system && api.zone === 'external');
  const scopes = Object.fromEntries(apis.flatMap((api) => [...api.definitions.values()]).map(({ name, description }) => [name, description]));
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Countersign')
    .setVersion('1')
    .setDescription(DESCRIPTION.trim())
    .addServer(publicUrl)
    .addOAuth2({ type: 'oauth2', description: 'Client credentials (RFC 6749 §4.4).', flows: { clientCredentials: { tokenUrl: `${publicUrl}/oauth/token`, scopes } } }, OPENAPI_OAUTH2_SCHEME)
    .build();
  return withNullTypes(SwaggerModule.createDocument(app, config, { operationIdFactory: (_, method) => method }));
}
