import { hasDuplicateMembers } from '@countersign/oauth';
import { isKeyAddress, readPublicKeys } from '../../../directory/credentials/index.js';
import { isWebAddress, settledGrantTypes, type AppDescription } from '../../../directory/third-party-apps/index.js';
import type { ProblemItem } from '../../../platform/http/index.js';
import { mistakeOfName } from '../client-name.policy.js';
import { readRedirectUris } from './redirect-uris.js';

const WEB_ADDRESSES = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'];
const GRANT_TYPES = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'] as const;

export interface JudgedDocument {
  /** Only where there are no problems. */
  readonly description: AppDescription | undefined;
  /** In words of ours, without anything that the document says. */
  readonly problems: readonly ProblemItem[];
  /** What is left out of it; they repeat what it says. */
  readonly notes: readonly ProblemItem[];
}

/** Members of a document by name; what it inherits, or names `__proto__`, is none. */
type Members = (name: string) => unknown;

/** CIMD-4, CIMD-5: what a document says about the app whose client id is its address. */
export function judgeDocument(clientId: string, text: string): JudgedDocument {
  const document = parse(text);
  if (document === undefined) return wrong(problem('', 'It is no JSON object, or names a member twice.', 'Answer with one JSON object.'));
  const members: Members = (name) => (Object.hasOwn(document, name) ? document[name] : undefined);
  // Simple string comparison: whoever can write there says that it is theirs.
  if (members('client_id') !== clientId)
    return wrong(problem('/client_id', 'client_id is not the address of the document.', 'Write the address as it is fetched.'));
  const { redirectUris, notes, problems } = readRedirectUris(members('redirect_uris'));
  const authentication = readAuthentication(clientId, members);
  const grantTypes = readGrantTypes(members);
  const all = [
    ...mistakesOfName(members),
    ...problems,
    ...authentication.problems,
    ...grantTypes.problems,
    ...mistakesOfAddresses(members),
  ];
  if (all.length > 0 || !authentication.fields) return { description: undefined, problems: all, notes };
  const description: AppDescription = {
    name: String(members('client_name')),
    publisher: new URL(clientId).host,
    ...authentication.fields,
    redirectUris,
    grantTypes: grantTypes.names,
    logoUri: addressIn(members, 'logo_uri'),
    policyUri: addressIn(members, 'policy_uri'),
    tosUri: addressIn(members, 'tos_uri'),
  };
  return { description, problems: [], notes };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !hasDuplicateMembers(text, value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function mistakesOfName(members: Members): ProblemItem[] {
  const name = members('client_name');
  const mistake = typeof name === 'string' ? mistakeOfName(name) : 'is no text';
  return mistake === undefined ? [] : [problem('/client_name', `client_name ${mistake}.`, 'Send the name that people know the app by.')];
}

interface ReadAuthentication {
  readonly fields?: Pick<AppDescription, 'clientType' | 'authMethod' | 'jwks' | 'jwksUri'>;
  readonly problems: readonly ProblemItem[];
}

/** CIMD-5, CIMD-9: nothing that both sides would have to keep secret, for a document is public. */
function readAuthentication(clientId: string, members: Members): ReadAuthentication {
  const secret = ['client_secret', 'client_secret_expires_at'].find((name) => members(name) !== undefined);
  if (secret !== undefined)
    return {
      problems: [problem(`/${secret}`, `${secret} cannot stand in a public document.`, 'Take it out; use none or private_key_jwt.')],
    };
  const given: GivenKeys = { jwks: members('jwks') ?? undefined, jwksUri: members('jwks_uri') ?? undefined };
  const method = members('token_endpoint_auth_method') ?? (hasKeys(given) ? 'private_key_jwt' : 'none');
  if (method !== 'none' && method !== 'private_key_jwt')
    return {
      problems: [
        problem(
          '/token_endpoint_auth_method',
          'An app that describes itself has no such method.',
          'Send none, or private_key_jwt with keys.',
        ),
      ],
    };
  const problems = mistakesOfKeys(given, method === 'private_key_jwt', clientId);
  return problems.length > 0 ? { problems } : { problems, fields: method === 'none' ? PUBLIC : confidential(given) };
}

const PUBLIC = { clientType: 'public', authMethod: 'none', jwks: null, jwksUri: null } as const;

function confidential({ jwks, jwksUri }: GivenKeys): NonNullable<ReadAuthentication['fields']> {
  const keys = jwks === undefined ? null : (readPublicKeys(jwks).keys ?? null);
  return { clientType: 'confidential', authMethod: 'private_key_jwt', jwks: keys, jwksUri: jwksUri === undefined ? null : String(jwksUri) };
}

interface GivenKeys {
  readonly jwks: unknown;
  readonly jwksUri: unknown;
}

function hasKeys({ jwks, jwksUri }: GivenKeys): boolean {
  return jwks !== undefined || jwksUri !== undefined;
}

function mistakesOfKeys({ jwks, jwksUri }: GivenKeys, areNeeded: boolean, clientId: string): readonly ProblemItem[] {
  if (jwks !== undefined && jwksUri !== undefined) return [problem('/jwks', 'jwks and jwks_uri are both there.', 'Send one of them.')];
  if (areNeeded && !hasKeys({ jwks, jwksUri })) return [problem('/jwks', 'private_key_jwt needs public keys.', 'Send jwks or jwks_uri.')];
  if (jwksUri !== undefined && (!isWebAddress(jwksUri) || !isKeyAddress(jwksUri)))
    return [problem('/jwks_uri', 'jwks_uri is not https without user and fragment.', 'Send an https URL.')];
  // SSRF-6: what was said and counted about the host of the document holds for its keys as well.
  if (jwksUri !== undefined && new URL(String(jwksUri)).origin !== new URL(clientId).origin)
    return [problem('/jwks_uri', 'jwks_uri is at another host than the document.', 'Serve the keys beside it, or send jwks.')];
  if (jwks === undefined) return [];
  if (typeof jwks !== 'object') return [problem('/jwks', 'jwks is no key set.', 'Send {"keys": [...]} (RFC 7517).')];
  return readPublicKeys(jwks).mistakes;
}

/** Others than those that we have are left out, as RFC 7591 §2 lets a server do. */
function readGrantTypes(members: Members): { names: AppDescription['grantTypes']; problems: readonly ProblemItem[] } {
  const grantTypes = members('grant_types') ?? ['authorization_code'];
  const responseTypes = members('response_types') ?? ['code'];
  const names = settledGrantTypes(GRANT_TYPES.filter((name) => Array.isArray(grantTypes) && grantTypes.includes(name)));
  if (names.every((name) => name === 'refresh_token'))
    return {
      names,
      problems: [problem('/grant_types', 'There is no way to a first token among grant_types.', 'Send authorization_code.')],
    };
  if (names.includes('authorization_code') && !(Array.isArray(responseTypes) && responseTypes.includes('code')))
    return { names, problems: [problem('/response_types', 'response_types does not hold code.', 'Send ["code"].')] };
  return { names, problems: [] };
}

function mistakesOfAddresses(members: Members): ProblemItem[] {
  return WEB_ADDRESSES.filter((name) => (members(name) ?? null) !== null && !isWebAddress(members(name))).map((name) =>
    problem(`/${name}`, `${name} is not an https URL.`, 'Send an https URL, or leave it out.'),
  );
}

function addressIn(members: Members, name: string): string | null {
  const value = members(name);
  return isWebAddress(value) ? value : null;
}

function wrong(item: ProblemItem): JudgedDocument {
  return { description: undefined, problems: [item], notes: [] };
}

function problem(location: string, message: string, fix: string): ProblemItem {
  return { location, message, fix };
}
