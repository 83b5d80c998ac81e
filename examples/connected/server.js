import { createServer } from 'node:http';
import { IssuerConnection, refusalResponse, ResourceRequestRefused, ResourceServer } from '@countersign/resource-server';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics`, API_ID, API_SECRET, PORT = '4000' } = process.env;

// One per process: keys, revocations within seconds, reports of what was called.
const connection = new IssuerConnection({
  issuer: ISSUER,
  audience: AUDIENCE,
  credential: { apiId: API_ID, secret: API_SECRET },
  onEvent: (event) => console.log(event.type),
});
const api = new ResourceServer({ ...connection });
await connection.start();

const server = createServer(async (request, response) => {
  const requestId = crypto.randomUUID();
  try {
    const { orgId } = await api.authorize(request, { scopes: ['read:reports'], operation: 'reports.list', requestId });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ org: orgId, reports: [] }));
  } catch (error) {
    if (!(error instanceof ResourceRequestRefused)) return response.writeHead(500).end();
    const { status, headers, body } = refusalResponse(error, requestId);
    response.writeHead(status, headers).end(JSON.stringify(body));
  }
});
server.listen(Number(PORT), '127.0.0.1');

process.once('SIGTERM', () => {
  server.close();
  void connection.close();
});
