// What nginx asks: may this request pass? ISSUER, AUDIENCE and PORT are its settings.
import { createServer } from 'node:http';
import {
  AccessTokenVerifier,
  extractBearerToken,
  insufficientScope,
  missingCredentials,
  protectedResourceMetadataUrl,
  refusalFor,
  RemoteJwks,
  ResourceRequestRefused,
} from '@countersign/resource-server';

const { ISSUER: issuer, AUDIENCE: identifier, PORT: port = '8001' } = process.env;
const api = { identifier, metadataUrl: protectedResourceMetadataUrl(identifier) };
const verifier = new AccessTokenVerifier({ issuer, keys: new RemoteJwks({ issuer }) });

createServer((request, response) => {
  judge(request)
    .then(
      ({ claims }) =>
        response.writeHead(204, {
          'x-caller-org': claims.org_id ?? '',
          'x-caller-client': claims.client_id,
          'x-caller-scope': claims.scope,
        }),
      (error) => refuse(response, error),
    )
    .finally(() => response.end());
}).listen(Number(port), '127.0.0.1', () => process.stdout.write(`listening on ${port}\n`));

async function judge({ rawHeaders, headers }) {
  // A rule that forgot its scope lets nobody through.
  const scopes = (headers['x-required-scope'] ?? '').split(' ').filter(Boolean);
  if (scopes.length === 0) throw new Error('nginx sent no X-Required-Scope.');
  const query = Object.fromEntries(new URL(headers['x-original-uri'] ?? '/', 'http://nginx').searchParams);
  try {
    const token = extractBearerToken({ rawHeaders, query });
    if (token === undefined) throw missingCredentials(api, scopes);
    const verified = await verifier.verify(token, { audience: identifier, scopes });
    if (!scopes.every((scope) => verified.scopes.has(scope))) throw insufficientScope(api, scopes);
    return verified;
  } catch (error) {
    throw refusalFor(error, api);
  }
}

function refuse(response, error) {
  const isRefusal = error instanceof ResourceRequestRefused;
  process.stderr.write(`${isRefusal ? `refused: ${error.code} ${error.reason ?? ''}` : error.stack}\n`);
  const { status, code, challenges } = isRefusal ? error : { status: 500, code: 'internal_error', challenges: [] };
  // auth_request takes 401 and 403 as they are and turns the rest into 500; a malformed request travels as a 403 with its name.
  response.writeHead(status === 400 ? 403 : status, { 'x-refusal': code, 'www-authenticate': challenges });
}
