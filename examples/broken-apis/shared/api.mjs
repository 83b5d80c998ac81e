// A small API with two reports, over node:http alone. Each sample brings along how it judges a token and a scope.
import { createServer } from 'node:http';

const { ISSUER = 'http://localhost:4455', AUDIENCE = 'http://localhost:8055/reports', PORT = '8055' } = process.env;
const METADATA_PATH = `/.well-known/oauth-protected-resource${new URL(AUDIENCE).pathname}`;
const METADATA_URL = new URL(METADATA_PATH, AUDIENCE).href;
const SCOPE = 'read:reports';
const REPORTS = [
  { id: 'r-1', org: 'org_acme', title: 'Sales' },
  { id: 'r-2', org: 'org_other', title: 'Confidential' },
];

export const settings = { issuer: ISSUER, audience: AUDIENCE };

/** The token must not be honoured. The message is for the log of the sample, never for the caller. */
export class Refused extends Error {}

/**
 * @param {(token: string) => Promise<Record<string, any>>} judgeToken gives the claims, or throws Refused
 * @param {(claims: Record<string, any>, scope: string) => boolean} holdsScope
 */
export function serve(judgeToken, holdsScope) {
  const server = createServer(async (request, response) => {
    const { status, challenge, body } = await answer(request, judgeToken, holdsScope).catch(crash);
    response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(challenge && { 'www-authenticate': challenge }),
    });
    response.end(JSON.stringify(body));
  });
  server.listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`listening on http://localhost:${PORT}/reports\n`));
}

function crash(error) {
  process.stderr.write(`${error.stack}\n`);
  return { status: 500, body: { error: 'internal_error' } };
}

async function answer(request, judgeToken, holdsScope) {
  const url = new URL(request.url, AUDIENCE);
  if (url.pathname === METADATA_PATH) return { status: 200, body: metadata() };
  const credentials = readCredentials(request, url);
  if (credentials.refusal) return credentials.refusal;
  let claims;
  try {
    claims = await judgeToken(credentials.token);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refusal(401, 'invalid_token', 'The access token is invalid.');
  }
  if (!holdsScope(claims, SCOPE)) return refusal(403, 'insufficient_scope', `The operation needs ${SCOPE}.`, `, scope="${SCOPE}"`);
  return reports(url.pathname, claims);
}

// RFC 6750 §2.1: one Authorization header, "Bearer", one space, the token; nowhere else.
function readCredentials({ rawHeaders }, url) {
  const lines = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1].toLowerCase() === 'authorization');
  if (url.searchParams.has('access_token') || lines.length > 1) return { refusal: malformed() };
  if (!/^bearer(?:\s|$)/i.test(lines[0] ?? '')) {
    const challenge = `Bearer resource_metadata="${METADATA_URL}", scope="${SCOPE}"`;
    return { refusal: { status: 401, challenge, body: { error: 'missing_credentials' } } };
  }
  const token = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(lines[0])?.[1];
  return token === undefined ? { refusal: malformed() } : { token };
}

function malformed() {
  return refusal(400, 'invalid_request', 'Send one Authorization header: Bearer, a space, the token.');
}

function refusal(status, error, description, more = '') {
  const challenge = `Bearer error="${error}", error_description="${description}"${more}, resource_metadata="${METADATA_URL}"`;
  return { status, challenge, body: { error, description } };
}

function reports(path, { org_id: org }) {
  const own = REPORTS.filter((report) => report.org === org);
  if (org === undefined) return { status: 403, body: { error: 'no_organization' } };
  if (path === '/reports') return { status: 200, body: own };
  const report = own.find(({ id }) => path === `/reports/${id}`);
  return report ? { status: 200, body: report } : { status: 404, body: { error: 'not_found' } };
}

// RFC 9728 §2.
function metadata() {
  return { resource: AUDIENCE, authorization_servers: [ISSUER], bearer_methods_supported: ['header'], scopes_supported: [SCOPE] };
}
