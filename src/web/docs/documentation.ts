import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { errorsPage } from './errors-page.js';
import { createOpenApiDocument } from './openapi-document.js';

const POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// One server and no other definition to load: the bar of Swagger UI has nothing to offer here.
const STYLE = '.swagger-ui .topbar { display: none } .swagger-ui .info { margin: 30px 0 }';

/** `/docs` with Swagger UI, `/docs/openapi.json`, and `/docs/errors`. */
export function mountDocumentation(app: NestFastifyApplication, publicUrl: string): void {
  const fastify = app.getHttpAdapter().getInstance();
  // The router itself keeps them from the internal listener, however the path is written.
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.constraints = { ...route.constraints, zone: 'external' };
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url === '/docs' || request.url.startsWith('/docs/')) {
      reply.headers({
        'content-security-policy': POLICY,
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
    }
    done();
  });
  fastify.get('/docs/errors', (_request, reply) => void reply.type('text/html; charset=utf-8').send(errorsPage()));
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app, publicUrl), {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Countersign API',
    customCss: STYLE,
    swaggerOptions: {
      persistAuthorization: false,
      displayRequestDuration: true,
      // The tags first, all on one screen; an address such as /docs#/OAuth/issueToken opens one operation.
      docExpansion: 'none',
      deepLinking: true,
      defaultModelsExpandDepth: 0,
    },
  });
}
