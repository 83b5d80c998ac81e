import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Operator } from './builders.js';
import { startTestServer, type TestServer } from './countersign.js';
import { stealSigningKey, type StolenKey } from './forgery.js';
import { GATEWAY_EXAMPLE, type Gateway } from './gateways.js';
import { freePort } from './launch.js';
import { installPackedLibraries } from './packed-libraries.js';
import { startProgram, type Running } from './programs.js';
import { call, postForm, tokenOf, type Credential } from './requests.js';

/** What a client says about itself, in all spellings that some server reads as ours. */
export const FORGED = { 'x-countersign-org': 'org_forged', 'X-Countersign-Anything': 'forged', x_countersign_org: 'org_forged' };

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An issuer, an API that writes down what reaches it, and what is needed to put a gateway between. */
export class GatewayWorld {
  /** What the API was asked, in order. */
  received: Received[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'countersign-gateways-'));
  private readonly example = join(this.folder, 'example');
  private readonly backend: Server = createServer((request, response) => void this.receive(request).then(() => response.end('{}')));

  private constructor(
    readonly server: TestServer,
    /** A token of the first demo principal, which holds `read:reports` among others. */
    readonly genuine: string,
    /** What signed it. */
    readonly key: StolenKey,
    private readonly issuerKey: string,
    private readonly credential: Credential,
  ) {}

  static async make(): Promise<GatewayWorld> {
    const server = await startTestServer();
    const key = await stealSigningKey(server, 'external', 'RS256');
    const operator = await Operator.of(server);
    const apis = await call<{ data: { id: string; identifier: string }[] }>('GET', `${server.url}/v1/apis`, operator.token);
    const analytics = apis.body.data.find(({ identifier }) => identifier === `${server.url}/analytics`);
    const credential = await operator.create<Credential>(`/v1/apis/${analytics?.id}/credentials`, {});
    const genuine = await tokenOf(server.url, server.orgs[0].service_principals[0]!);
    const world = new GatewayWorld(server, genuine, key, await publicKeyOf(server, key.kid), credential);
    cpSync(GATEWAY_EXAMPLE, world.example, { recursive: true });
    await installPackedLibraries(world.example);
    world.backend.listen(0, '127.0.0.1');
    await once(world.backend, 'listening');
    return world;
  }

  /** decide.mjs; follows revocations where the issuer is that of the test. */
  async decisions(issuer = this.server.url): Promise<{ running: Running; port: number }> {
    const port = await freePort();
    const environment = { ISSUER: issuer, AUDIENCE: `${this.server.url}/analytics`, PORT: String(port) };
    const { client_id, client_secret } = this.credential;
    const follows = issuer === this.server.url && { API_ID: client_id, API_SECRET: client_secret };
    return { running: await startProgram(process.execPath, [join(this.example, 'decide.mjs')], { ...environment, ...follows }), port };
  }

  async start(gateway: Gateway, decidePort: number): Promise<Running> {
    const { folder, issuerKey } = this;
    const backendPort = (this.backend.address() as AddressInfo).port;
    return gateway.start({ folder, port: await freePort(), decidePort, backendPort, issuer: this.server.url, issuerKey });
  }

  /** The token is given back by the principal that got it. */
  async revoke(token: string, { client_id, client_secret }: Credential): Promise<void> {
    expect((await postForm(`${this.server.url}/oauth/revoke`, { token, client_id, client_secret })).status).toBe(200);
  }

  async stop(): Promise<void> {
    this.backend.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async receive(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    this.received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
  }
}

async function publicKeyOf(server: TestServer, wanted: string): Promise<string> {
  const { body } = await call<{ keys: JsonWebKey[] }>('GET', `${server.url}/.well-known/jwks.json`, undefined);
  const jwk = body.keys.find(({ kid }) => kid === wanted);
  if (!jwk) throw new Error('The key is not published.');
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string;
}
