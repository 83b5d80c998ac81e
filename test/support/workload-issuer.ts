import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface TokenOptions {
  /** Replaces or adds claims; `undefined` leaves one out. */
  readonly claims?: JWTPayload;
  readonly header?: Record<string, unknown>;
  readonly by?: CryptoKey;
}

/** An OpenID issuer on this machine that makes the tokens of CI systems and clusters, and counts who asks it for keys. */
export class WorkloadIssuer {
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  /** Replace to answer something else. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => void = (request, response) => this.serve(request, response);

  private constructor(
    readonly url: string,
    readonly jwk: JWK,
    readonly key: CryptoKey,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(alg = 'RS256'): Promise<WorkloadIssuer> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg, use: 'sig' };
    const server = createServer((request, response) => issuer.onRequest(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const issuer: WorkloadIssuer = new WorkloadIssuer(url, jwk, privateKey, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return issuer;
  }

  stop(): Promise<void> {
    return this.close();
  }

  serve({ url = '' }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: this.url, jwks_uri: `${this.url}/keys` },
      '/keys': { keys: [this.jwk] },
    };
    const document = documents[url];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}));
  }

  /** A job of the workflow deploy.yml on the main branch of acme/web, in the environment production. */
  gitHub(aud: string, options: TokenOptions = {}): Promise<string> {
    const ref = 'refs/heads/main';
    return this.sign(
      {
        aud,
        sub: 'repo:acme/web:environment:production',
        repository: 'acme/web',
        repository_id: '74',
        repository_owner: 'acme',
        repository_owner_id: '65',
        ref,
        ref_type: 'branch',
        environment: 'production',
        event_name: 'push',
        workflow: 'deploy',
        job_workflow_ref: `acme/web/.github/workflows/deploy.yml@${ref}`,
        runner_environment: 'github-hosted',
        jti: randomUUID(),
      },
      options,
    );
  }

  /** A job of the project acme/platform/api on the protected branch main. */
  gitLab(aud: string, options: TokenOptions = {}): Promise<string> {
    return this.sign(
      {
        aud,
        sub: 'project_path:acme/platform/api:ref_type:branch:ref:main',
        project_id: '22',
        project_path: 'acme/platform/api',
        namespace_id: '72',
        namespace_path: 'acme/platform',
        ref: 'main',
        ref_type: 'branch',
        ref_protected: 'true',
        environment: 'production',
        pipeline_source: 'push',
        jti: randomUUID(),
      },
      options,
    );
  }

  /** A projected token of the service account exporter in the namespace billing, as clusters before 1.32 make it: without a jti. */
  kubernetes(aud: string, options: TokenOptions = {}): Promise<string> {
    return this.sign(
      {
        aud: [aud],
        sub: 'system:serviceaccount:billing:exporter',
        'kubernetes.io': {
          namespace: 'billing',
          pod: { name: 'exporter-5d9', uid: '5d9f' },
          serviceaccount: { name: 'exporter', uid: '49ad3572-b3dd-43a6-8d77-5858d3660275' },
        },
      },
      options,
    );
  }

  sign(claims: JWTPayload, { claims: changes = {}, header = {}, by = this.key }: TokenOptions = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, iat: now, nbf: now - 5, exp: now + 300, ...claims, ...changes })
      .setProtectedHeader({ alg: this.jwk.alg ?? 'RS256', kid: this.jwk.kid ?? '', typ: 'JWT', ...header })
      .sign(by);
  }
}
