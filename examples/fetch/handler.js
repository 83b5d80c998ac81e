import { ResourceServer } from '@countersign/resource-server';
import { fetchAdapter } from '@countersign/resource-server/fetch';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics` } = process.env;

// One per process: it holds the issuer's keys and the tokens that were found good.
const api = new ResourceServer({
  issuer: ISSUER,
  audience: AUDIENCE,
  metadata: { scopes: ['read:reports'], name: 'Reports' },
  onRefused: ({ reason, cause }, context) => console.warn(reason, context, cause),
});
const { requireScopes, protect, metadata } = fetchAdapter(api);

const listReports = protect(requireScopes('read:reports', { operation: 'GET /reports' }), (_request, { orgId }) =>
  Response.json({ org: orgId, reports: [] }),
);

/** A `Request` in, a `Response` out, as Hono, Next.js and Remix have it. */
export async function handle(request) {
  const { pathname } = new URL(request.url);
  if (pathname === '/reports' && request.method === 'GET') return listReports(request);
  return metadata(request) ?? new Response('Not found', { status: 404 });
}
