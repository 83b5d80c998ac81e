import { ResourceServer } from '@countersign/resource-server';
import { fastifyAdapter, getCaller } from '@countersign/resource-server/fastify';
import fastify from 'fastify';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics`, PORT = '4000' } = process.env;

const app = fastify({ logger: true });

// One per process: it holds the issuer's keys and the tokens that were found good.
const api = new ResourceServer({
  issuer: ISSUER,
  audience: AUDIENCE,
  metadata: { scopes: ['read:reports'], name: 'Reports' },
  onRefused: ({ reason, cause }, context) => app.log.warn({ reason, ...context, cause }, 'refused'),
});
const { plugin, requireScopes } = fastifyAdapter(api);

await app.register(plugin);

app.get('/reports', { onRequest: requireScopes('read:reports') }, (request) => {
  const { orgId } = getCaller(request);
  return { org: orgId, reports: [] };
});

await app.listen({ port: Number(PORT), host: '127.0.0.1' });
