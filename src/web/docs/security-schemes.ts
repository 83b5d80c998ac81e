import type { OpenAPIObject } from '@nestjs/swagger';
import { OPENAPI_OAUTH2_SCHEME } from '@countersign/guards';

/** An API of this server as its documentation shows it. */
export interface DocumentedApi {
  readonly name: string;
  /** Below which its routes are, such as `/analytics`. */
  readonly path: string;
  /** Its tokens are for people, who allow them. */
  readonly forPeople: boolean;
  /** Description by scope. */
  readonly scopes: ReadonlyMap<string, string>;
}

interface Operation {
  security?: Record<string, string[]>[];
}
type SecuritySchemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;

/** Beside tokens, on every route of an API that can be called without a person. */
const API_KEY_SCHEME = 'API-key';
/** A token that is bound to a key, on every route that takes tokens. */
const DPOP_SCHEME = 'DPoP';

/** One security scheme per API: a token is for one API, so its scopes must not stand in one list with another's. */
export function withSchemePerApi(document: OpenAPIObject, apis: readonly DocumentedApi[], issuer: string): OpenAPIObject {
  const securitySchemes: SecuritySchemes = {
    [API_KEY_SCHEME]: {
      type: 'apiKey',
      in: 'header',
      name: 'X-API-Key',
      description: 'An API key of an organization, or a personal access token, made for the API of the operation.',
    },
    // RFC 9449 §7.1: the scheme of the token; OpenAPI has no word for the header beside it.
    [DPOP_SCHEME]: {
      type: 'http',
      scheme: 'DPoP',
      description:
        'A token that was asked for with a DPoP proof (RFC 9449): `Authorization: DPoP <token>`, and in the `DPoP` header a proof of its own for each request.',
    },
  };
  for (const api of apis) {
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      path === api.path || path.startsWith(`${api.path}/`) ? (Object.values(item) as Operation[]) : [],
    );
    const name = api.name.replaceAll(/[^A-Za-z0-9.-]+/g, '-');
    const used = new Set(operations.flatMap((operation) => moveTo(name, api, operation)));
    const scopes = Object.fromEntries([...api.scopes].filter(([scope]) => used.has(scope)));
    securitySchemes[name] = {
      type: 'oauth2',
      description: `A token for ${api.name}. No scope chosen: everything the client was granted.`,
      flows: flowsOf(api, issuer, scopes),
    };
  }
  return { ...document, components: { ...document.components, securitySchemes } };
}

function flowsOf({ forPeople }: DocumentedApi, issuer: string, scopes: Record<string, string>): object {
  const tokenUrl = `${issuer}/oauth/token`;
  return forPeople
    ? { authorizationCode: { authorizationUrl: `${issuer}/oauth/authorize`, tokenUrl, scopes } }
    : { clientCredentials: { tokenUrl, scopes } };
}

/** @returns the scopes that the operation demands. */
function moveTo(scheme: string, { forPeople }: DocumentedApi, operation: Operation): string[] {
  const scopes = operation.security?.flatMap((requirement) => requirement[OPENAPI_OAUTH2_SCHEME] ?? []) ?? [];
  if (operation.security)
    operation.security = [{ [scheme]: scopes }, { [DPOP_SCHEME]: scopes }, ...(forPeople ? [] : [{ [API_KEY_SCHEME]: [] }])];
  return scopes;
}
