// May this request pass? nginx, HAProxy and Envoy ask before the API sees it. ISSUER, AUDIENCE, PORT and HOST are its settings; with
// API_ID and API_SECRET (a credential of the API) it follows the revocation feed and reports what was called.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { IssuerConnection, refusalResponse, ResourceRequestRefused, ResourceServer } from '@countersign/resource-server';

const {
  ISSUER: issuer,
  AUDIENCE: audience,
  PORT: port = '8001',
  HOST: host = '127.0.0.1',
  API_ID: apiId,
  API_SECRET: secret,
} = process.env;
const rules = JSON.parse(readFileSync(new URL('rules.json', import.meta.url), 'utf8'));
const connection = apiId ? new IssuerConnection({ issuer, audience, credential: { apiId, secret } }) : undefined;
await connection?.start();
const api = new ResourceServer({
  issuer,
  audience,
  ...connection,
  onRefused: ({ code, reason }, { operation }) => process.stderr.write(`refused: ${operation} ${code} ${reason ?? ''}\n`),
});

/** `*` stands for one segment. Escapes, dots and double slashes are no rule's: the API might read such a path in another way. */
const PLAIN_PATH = /^(?:\/(?!\.+(?:\/|$))[\w.~-]+)+$/;
/** How each gateway says what it was asked: /nginx/GET/reports, /haproxy/GET/reports, and for Envoy GET /envoy/reports. */
const QUESTION = /^\/(?:(nginx|haproxy)\/([A-Z]+)|envoy)(\/.*)$/;

const server = createServer((request, response) => {
  const [, gateway, named, url] = QUESTION.exec(request.url) ?? [];
  decide({ method: named ?? request.method, url, rawHeaders: request.rawHeaders, headers: request.headers })
    .then(
      (caller) => response.writeHead(200, identityOf(caller)).end(),
      (error) => refuse(response, error, gateway),
    )
    .catch(() => response.destroy());
}).listen(Number(port), host, () => process.stdout.write(`listening on ${port}\n`));

// Without the socket: it is the gateway's, and proves nothing about the caller. Tokens that are bound to a key are refused therefore.
async function decide({ method, url = '', rawHeaders, headers }) {
  const path = url.split('?')[0];
  const rule = PLAIN_PATH.test(path) ? rules.find((one) => one.method === method && matches(one.path, path)) : undefined;
  if (!rule) throw new ResourceRequestRefused('access_not_declared', 'No rule says who may do this, so nobody may.');
  return api.authorize({ method, url, rawHeaders, headers }, { scopes: [rule.scope], operation: rule.operation });
}

function matches(pattern, path) {
  const [wanted, got] = [pattern.split('/'), path.split('/')];
  return wanted.length === got.length && wanted.every((segment, i) => segment === '*' || segment === got[i]);
}

function identityOf({ subject, clientId, orgId = '', principalType, scopes, tokenId = '' }) {
  return {
    'x-countersign-subject': subject,
    'x-countersign-client': clientId,
    'x-countersign-org': orgId,
    'x-countersign-principal-type': principalType,
    'x-countersign-scope': [...scopes].join(' '),
    'x-countersign-token': tokenId,
  };
}

function refuse(response, error, gateway) {
  const isRefusal = error instanceof ResourceRequestRefused;
  if (!isRefusal) process.stderr.write(`${error.stack}\n`);
  const { status, headers, body } = isRefusal ? refusalResponse(error, randomUUID()) : { status: 500, headers: {}, body: {} };
  // nginx takes 401 and 403 as they are and makes 500 of the rest; a malformed request travels as a 403 that says so.
  const told = gateway === 'nginx' && status === 400 ? 403 : status;
  response.writeHead(told, { ...headers, 'x-refusal': isRefusal ? error.code : 'internal_error' }).end(JSON.stringify(body));
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    void connection?.close();
  });
