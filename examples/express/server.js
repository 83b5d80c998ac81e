import { ResourceServer } from '@countersign/resource-server';
import { expressAdapter, getCaller } from '@countersign/resource-server/express';
import express from 'express';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics`, PORT = '4000' } = process.env;

// One per process: it holds the issuer's keys and the tokens that were found good.
const api = new ResourceServer({
  issuer: ISSUER,
  audience: AUDIENCE,
  metadata: { scopes: ['read:reports'], name: 'Reports' },
  onRefused: ({ reason, cause }, context) => console.warn(reason, context, cause),
});
const { requireScopes, metadata } = expressAdapter(api);

const app = express();
app.use(metadata);

app.get('/reports', requireScopes('read:reports'), (request, response) => {
  const { orgId } = getCaller(request);
  response.json({ org: orgId, reports: [] });
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/reports`));
