import { readFileSync } from 'node:fs';
import { ServiceIdentity, TokenRequestFailed } from '@countersign/client';
import { IssuerConnection, refusalResponse, ResourceRequestRefused, ResourceServer } from '@countersign/resource-server';
import { Answer, readJson } from './http.js';

const { INTERNAL_ISSUER, CA_FILE, JOIN_TOKEN, IDENTITY_FOLDER } = process.env;

/** What a service of the demo is: an identity, a guard, and calls of others. */
export class Service {
  /** The addresses of the others, by name. */
  peers = {};
  #commands = new Map();

  static async join(name) {
    const me = await ServiceIdentity.open({
      issuer: INTERNAL_ISSUER,
      ca: readFileSync(CA_FILE, 'utf8'),
      joinToken: JOIN_TOKEN,
      folder: IDENTITY_FOLDER,
    });
    return new Service(name, me);
  }

  constructor(name, me) {
    this.name = name;
    this.me = me;
    this.onCommand('peers', ({ peers }) => void (this.peers = peers));
    this.onCommand('renew', () => me.renew());
    this.onCommand('certificate', () => me.certificate);
    process.on('message', (message) => void this.#obey(message));
    process.once('SIGTERM', () => void this.stop());
  }

  /** Serves routes like `{ 'POST /start': { scopes, handle } }` to the other services. Answers the address. */
  async serve(routes) {
    this.connection = new IssuerConnection({ issuer: INTERNAL_ISSUER, audience: this.name, fetch: this.me.issuerFetch });
    await this.connection.start();
    const guard = new ResourceServer({ ...this.connection });
    // Reported while it still may: a service that is blocked reports nothing.
    this.onCommand('report', () => this.connection.close());
    this.server = this.me.createServer((request, response) => void this.#respond(guard, routes, { request, response }));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `https://localhost:${this.server.address().port}`;
  }

  /** Calls another service; `caller` is for whom: the token that came in is exchanged. */
  async call(service, path, { scope, caller, orgId, body = {} }) {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const target = { audience: service, scope, ...(caller && { subjectToken: caller.token }), ...(orgId && { orgId }) };
    const response = await this.me.fetch(this.peers[service] + path, init, target);
    return new Answer(response.status, await response.json());
  }

  /** What the demo tells the process to do. */
  onCommand(name, act) {
    this.#commands.set(name, act);
  }

  ready(url) {
    process.send?.({ ready: true, url, spiffeId: this.me.spiffeId });
  }

  async stop() {
    this.server?.close();
    this.server?.closeIdleConnections();
    await this.connection?.close();
    await this.me.close();
    process.exit(0);
  }

  async #respond(guard, routes, { request, response }) {
    const requestId = crypto.randomUUID();
    try {
      const route = routes[`${request.method} ${request.url}`];
      if (!route) throw new Answer(404, { code: 'not_found' });
      const operation = `${this.name}${request.url}`;
      const proven = await guard.authorize(request, { scopes: route.scopes, operation, requestId });
      const caller = { ...proven, token: request.headers.authorization.slice('Bearer '.length) };
      send(response, new Answer(200, await route.handle(caller, await readJson(request))));
    } catch (error) {
      send(response, answerTo(error, requestId));
    }
  }

  async #obey({ id, command, ...details }) {
    try {
      process.send?.({ id, result: (await this.#commands.get(command)(details)) ?? null });
    } catch (error) {
      process.send?.({ id, error: String(error?.stack ?? error) });
    }
  }
}

/** The tenant is that of the token. Who names another one is no honest caller. */
export function tenantOf({ orgId }, body) {
  if (orgId === undefined) throw new Answer(403, { code: 'no_tenant' });
  if (body.org_id !== undefined && body.org_id !== orgId) throw new Answer(403, { code: 'other_tenant_named' });
  return orgId;
}

function answerTo(error, requestId) {
  if (error instanceof Answer) return error;
  if (error instanceof ResourceRequestRefused) {
    const { status, headers, body } = refusalResponse(error, requestId);
    return new Answer(status, body, headers);
  }
  // The service behind could not be called at all.
  if (error instanceof TokenRequestFailed) return new Answer(502, { code: error.code });
  console.error(error);
  return new Answer(500, { code: 'internal_error' });
}

function send(response, { status, body, headers }) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
