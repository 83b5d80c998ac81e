// What a program without an adapter writes once: the parts of @countersign/resource-server put together.
import {
  AccessTokenVerifier,
  LocalJwks,
  extractBearerToken,
  insufficientScope,
  missingCredentials,
  protectedResourceMetadataUrl,
  refusalFor,
} from '@countersign/resource-server';
import { testIssuer } from '@countersign/testing';

const identifier = 'https://api.example.com';
const api = { identifier, metadataUrl: protectedResourceMetadataUrl(identifier) };
const issuer = await testIssuer({ audience: identifier });
const verifier = new AccessTokenVerifier({ issuer: issuer.issuer, keys: await LocalJwks.from(issuer.jwks) });

/** The verified token, or ResourceRequestRefused. */
export async function judge(request, scope) {
  try {
    const token = extractBearerToken(request);
    if (token === undefined) throw missingCredentials(api, [scope]);
    const verified = await verifier.verify(token, { audience: identifier });
    if (!verified.scopes.has(scope)) throw insufficientScope(api, [scope]);
    return verified;
  } catch (error) {
    throw refusalFor(error, api);
  }
}

export async function announce(port) {
  const good = await issuer.tokenFor({ org: 'org_a', scopes: ['read:reports'] });
  const weak = await issuer.tokenFor({ org: 'org_a', scopes: ['read:other'] });
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, good, weak })}\n`);
}
