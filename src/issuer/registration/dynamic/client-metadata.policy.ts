import { OAuthError, parseScope } from '@countersign/oauth';
import {
  changeAppAuthentication,
  isWebAddress,
  MAX_REDIRECT_URIS,
  mistakeOfRedirectUri,
  settledGrantTypes,
  type AppAuthentication,
  type AppAuthMethod,
  type AppGrantType,
} from '../../../directory/third-party-apps/index.js';
import { mistakeOfName, nameByAddress } from '../client-name.policy.js';
import { MetadataMembers, wrong } from './metadata-members.js';

/** As RFC 7591 §2 names them; two of them are the same to us, and the app is told the one that it chose. */
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type WireAuthMethod = (typeof AUTH_METHODS)[number];
const APPLICATION_TYPES = ['web', 'native'] as const;
export type ApplicationType = (typeof APPLICATION_TYPES)[number];

/** What an app says of itself, as far as it can be kept. */
export interface ClientMetadata {
  readonly name: string;
  readonly redirectUris: string[];
  readonly applicationType: ApplicationType;
  readonly wireMethod: WireAuthMethod;
  readonly authentication: AppAuthentication;
  readonly grantTypes: AppGrantType[];
  /** Undefined: whatever such apps may have. */
  readonly scopes: readonly string[] | undefined;
  readonly clientUri: string | null;
  readonly logoUri: string | null;
  readonly policyUri: string | null;
  readonly tosUri: string | null;
  readonly dpopBoundAccessTokens: boolean;
}

/** DCR-5: what only we choose. Any other member that we do not know is ignored (RFC 7591 §2), because nothing reads it. */
const OURS: readonly string[] = [
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
  'org_id',
  'tenant',
  'tenant_id',
  'publisher_org_id',
  'grants',
  'kind',
  'state',
  'reviewed',
  'registration',
];
/** RFC 7592 §2.2: what an update repeats, and what it must not. */
const REPEATED = ['client_id', 'client_secret'];

const MAX_ITEMS = 20;
const MAX_TEXT = 2_048;
const MAX_SCOPE = 4_096;

/**
 * Reads the metadata of a registration, or of an update, which names the client again. Pure: whether a name is taken and whose scopes
 * there are is for others to say.
 * @throws OAuthError `invalid_client_metadata`, `invalid_redirect_uri`, `invalid_software_statement`, `unapproved_software_statement`
 */
export function readClientMetadata(members: MetadataMembers, purpose: 'registration' | 'update'): ClientMetadata {
  const chosen = OURS.find((name) => members.has(name) && !(purpose === 'update' && REPEATED.includes(name)));
  if (chosen !== undefined) throw wrong(chosen, 'is for the server to choose; leave it out');
  refuseStatement(members);
  const { applicationType, redirectUris } = readRedirectUris(members);
  const wireMethod = members.oneOf('token_endpoint_auth_method', AUTH_METHODS) ?? 'none';
  return {
    name: readName(members, redirectUris),
    applicationType,
    redirectUris,
    wireMethod,
    authentication: readAuthentication(members, wireMethod),
    grantTypes: readGrantTypes(members, wireMethod),
    scopes: readScopes(members),
    clientUri: readAddress(members, 'client_uri'),
    logoUri: readAddress(members, 'logo_uri'),
    policyUri: readAddress(members, 'policy_uri'),
    tosUri: readAddress(members, 'tos_uri'),
    dpopBoundAccessTokens: members.boolean('dpop_bound_access_tokens') ?? false,
  };
}

/** DCR-2: no issuer of statements is trusted, so none could add to what the app says. */
function refuseStatement(members: MetadataMembers): void {
  const statement = members.find('software_statement');
  if (statement === undefined) return;
  if (typeof statement !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(statement))
    throw new OAuthError('invalid_software_statement', 'software_statement is no signed JWT; leave it out.');
  throw new OAuthError('unapproved_software_statement', 'No issuer of software statements is trusted here; leave software_statement out.');
}

function readName(members: MetadataMembers, [first = '']: readonly string[]): string {
  const name = members.text('client_name', MAX_TEXT);
  if (name === undefined) return nameByAddress(first);
  const mistake = mistakeOfName(name);
  if (mistake !== undefined) throw wrong('client_name', mistake);
  return name;
}

function readRedirectUris(members: MetadataMembers): Pick<ClientMetadata, 'applicationType' | 'redirectUris'> {
  const sent = members.find('redirect_uris');
  if (!Array.isArray(sent) || sent.length === 0 || sent.length > MAX_REDIRECT_URIS || !sent.every((uri) => typeof uri === 'string'))
    throw wrongRedirect(`Send 1 to ${MAX_REDIRECT_URIS} redirect URIs as redirect_uris.`);
  const redirectUris = [...new Set<string>(sent)];
  const chosen = members.oneOf('application_type', APPLICATION_TYPES);
  redirectUris.forEach((uri, i) => {
    const mistake = mistakeOfRedirectUri(uri);
    if (mistake) throw wrongRedirect(`redirect_uris[${i}]: ${mistake.message} ${mistake.fix}`);
    // DCR-6, OpenID Connect Registration §2.
    if (chosen === 'web' && !isOfWeb(uri))
      throw wrongRedirect(`redirect_uris[${i}]: application_type web takes https only. A program on the computer of the user is native.`);
  });
  return { applicationType: chosen ?? (redirectUris.every(isOfWeb) ? 'web' : 'native'), redirectUris };
}

function isOfWeb(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'https:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function wrongRedirect(message: string): OAuthError {
  return new OAuthError('invalid_redirect_uri', message, { detail: 'redirect_uris' });
}

function readAuthentication(members: MetadataMembers, wireMethod: WireAuthMethod): AppAuthentication {
  const [jwks, jwksUri] = [members.find('jwks'), members.text('jwks_uri', MAX_TEXT)];
  if (jwks !== undefined && jwksUri !== undefined) throw wrong('jwks', 'and jwks_uri exclude each other (RFC 7591 section 2)');
  if (jwks !== undefined && (typeof jwks !== 'object' || jwks === null)) throw wrong('jwks', 'is no key set');
  const authMethod = methodOf(wireMethod);
  const first = { clientType: authMethod === 'none' ? 'public' : 'confidential', authMethod, jwks: null, jwksUri: null } as const;
  const { authentication, mistakes } = changeAppAuthentication(first, { auth_method: authMethod, jwks, jwks_uri: jwksUri });
  const [mistake] = mistakes;
  if (mistake) throw wrong(mistake.location.slice(1), `cannot be taken: ${mistake.message} ${mistake.fix}`.replace(/\.$/, ''));
  return authentication;
}

function methodOf(wireMethod: WireAuthMethod): AppAuthMethod {
  return wireMethod === 'client_secret_basic' || wireMethod === 'client_secret_post' ? 'client_secret' : wireMethod;
}

/** RFC 7591 §2.1: codes for people, with refresh tokens. Others that apps ask for out of habit are left out, and the answer says so. */
function readGrantTypes(members: MetadataMembers, wireMethod: WireAuthMethod): AppGrantType[] {
  const asked = members.texts('grant_types', MAX_ITEMS) ?? ['authorization_code'];
  const responses = members.texts('response_types', MAX_ITEMS) ?? ['code'];
  // DCR-5.
  if (wireMethod === 'none' && asked.includes('client_credentials'))
    throw wrong('grant_types', 'has client_credentials, which an app that proves nothing cannot use');
  if (!asked.includes('authorization_code'))
    throw wrong(
      'grant_types',
      'lacks authorization_code: an app that registers itself acts for people. Machines are registered by an administrator',
    );
  if (responses.length !== 1 || responses[0] !== 'code')
    throw wrong('response_types', 'is not ["code"], which goes with authorization_code');
  return settledGrantTypes(['authorization_code']);
}

function readScopes(members: MetadataMembers): readonly string[] | undefined {
  const scope = members.find('scope');
  if (scope === undefined || scope === '') return undefined;
  try {
    return parseScope(members.text('scope', MAX_SCOPE) ?? '');
  } catch (error) {
    throw error instanceof OAuthError && error.kind === 'invalid_scope'
      ? wrong('scope', 'is no list of scopes (RFC 6749 section 3.3)')
      : error;
  }
}

/** DCR-8. */
function readAddress(members: MetadataMembers, name: string): string | null {
  const address = members.text(name, MAX_TEXT) ?? null;
  if (address !== null && !isWebAddress(address)) throw wrong(name, 'is no https address');
  return address;
}
