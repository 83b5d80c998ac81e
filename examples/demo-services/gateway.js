import { createServer } from 'node:http';
import { IssuerConnection, refusalResponse, ResourceRequestRefused, ResourceServer } from '@countersign/resource-server';
import { Answer, readJson } from './shared/http.js';
import { Service } from './shared/service.js';

const { PUBLIC_ISSUER, PUBLIC_AUDIENCE, API_ID, API_SECRET } = process.env;

const service = await Service.join('gateway');

// The tenants' side: tokens of the public zone, over what would be HTTP behind a proxy.
const connection = new IssuerConnection({
  issuer: PUBLIC_ISSUER,
  audience: PUBLIC_AUDIENCE,
  credential: { apiId: API_ID, secret: API_SECRET },
});
await connection.start();
const guard = new ResourceServer({ ...connection });

const routes = {
  'POST /users': { scopes: ['read:users'], to: ['user-management', '/users', 'read:users'] },
  'POST /events': { scopes: ['write:events'], to: ['event-processing', '/events', 'write:events'] },
  'POST /exports': { scopes: ['export:invoices'], to: ['billing', '/invoices/export', 'export:invoices'] },
};

service.server = createServer(async (request, response) => {
  const { status, body, headers } = await answer(request);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
});
await new Promise((resolve) => service.server.listen(0, '127.0.0.1', resolve));
service.connection = connection;

async function answer(request) {
  const requestId = crypto.randomUUID();
  try {
    const route = routes[`${request.method} ${request.url}`];
    if (!route) return new Answer(404, { code: 'not_found' });
    await guard.authorize(request, { scopes: route.scopes, operation: `gateway${request.url}`, requestId });
    const [target, path, scope] = route.to;
    // The gateway's API names it in `served_by`: it may exchange the tenant's token for one to the next service.
    const caller = { token: request.headers.authorization.slice('Bearer '.length) };
    return await service.call(target, path, { scope, caller, body: await readJson(request) });
  } catch (error) {
    if (!(error instanceof ResourceRequestRefused))
      return error instanceof Answer ? error : new Answer(502, { code: error.code ?? 'unreachable' });
    const { status, headers, body } = refusalResponse(error, requestId);
    return new Answer(status, body, headers);
  }
}

// A token that ended in a log where it should not be.
service.onCommand('leak', async ({ subjectToken }) => {
  const { accessToken } = await service.me.exchange(subjectToken, { audience: 'user-management', scope: 'read:users' });
  return accessToken;
});
service.ready(`http://localhost:${service.server.address().port}`);
