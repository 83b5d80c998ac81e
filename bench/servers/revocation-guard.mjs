// An API as a customer would protect it without a framework: node's own server, our verifier, and the revocation feed.
import { createServer } from 'node:http';
import {
  AccessTokenVerifier,
  extractBearerToken,
  refusalFor,
  RemoteJwks,
  RevocationFeed,
} from '../../dist/libs/resource-server/src/index.js';
import './life.mjs';

const { BENCH_ISSUER: issuer, BENCH_AUDIENCE: audience, BENCH_API_ID: apiId, BENCH_API_SECRET: secret, BENCH_SCOPE: scope } = process.env;

const keys = new RemoteJwks({ issuer });
const feed = new RevocationFeed({ issuer, audience, credential: { apiId, secret }, keys });
const verifier = new AccessTokenVerifier({ issuer, keys, revocations: feed });
const resource = { identifier: audience, metadataUrl: `${audience}/.well-known/oauth-protected-resource` };
await feed.start();

createServer(async (request, response) => {
  if (request.url === '/feed') {
    response.statusCode = feed.stats().isConnected ? 200 : 503;
    response.end(JSON.stringify(feed.stats()));
    return;
  }
  try {
    const token = extractBearerToken(request);
    await verifier.verify(token ?? '', { audience, scopes: [scope] });
    response.end('{}');
  } catch (error) {
    const refusal = refusalFor(error, resource);
    response.statusCode = refusal.status ?? 500;
    response.end(`{"reason":"${refusal.reason ?? 'unexpected'}"}`);
  }
}).listen(Number(process.env.BENCH_PORT), '127.0.0.1');
