import type { JWK } from 'jose';
import { SetupError } from '../setup-error.js';
import { fetchJson } from './fetch-json.js';

export interface IssuerMetadata {
  readonly issuer: string;
  readonly keys: readonly JWK[];
  readonly tokenEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
}

interface Document {
  issuer?: unknown;
  jwks_uri?: unknown;
  token_endpoint?: unknown;
  revocation_endpoint?: unknown;
}

/** What an issuer says of itself, by RFC 8414, else by OpenID Connect Discovery, with its keys. @throws SetupError */
export async function discover(issuer: string, allowHttp: boolean): Promise<IssuerMetadata> {
  const document = await firstDocument(issuer, allowHttp);
  // RFC 8414 §3.3: a document of another issuer is not used.
  if (document.issuer !== issuer)
    throw new SetupError(
      `The metadata of ${issuer} says that the issuer is ${JSON.stringify(document.issuer)}. Pass that one as --issuer.`,
    );
  if (typeof document.jwks_uri !== 'string') throw new SetupError(`The metadata of ${issuer} names no jwks_uri.`);
  const { keys } = (await fetchJson(document.jwks_uri, { allowHttp })).body as { keys?: unknown };
  if (!Array.isArray(keys)) throw new SetupError(`${document.jwks_uri} is not a JWK set.`);
  return {
    issuer,
    keys: keys as JWK[],
    tokenEndpoint: text(document.token_endpoint),
    revocationEndpoint: text(document.revocation_endpoint),
  };
}

async function firstDocument(issuer: string, allowHttp: boolean): Promise<Document> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  // RFC 8414 §3.1 puts the well-known part before the path of the issuer, OpenID Connect Discovery after it.
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  ];
  for (const place of places) {
    const { status, body } = await fetchJson(place, { allowHttp });
    if (status === 200) return body as Document;
  }
  throw new SetupError(`The issuer has no metadata: neither ${places.join(' nor ')} answers 200.`);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
