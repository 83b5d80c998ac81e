import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS, MAX_LIVE_SECRETS } from '../../src/directory/credentials/rotation.policy.js';
import { DEFAULT_MAX_STALENESS_SECONDS } from '../../src/directory/api-resources/api-resource.entity.js';
import { LIFETIMES } from '../../src/issuer/token-issuance/issuance.policy.js';
import { SETTINGS_BY_TOPIC } from '../../src/platform/config/index.js';
import { FORM_BODY_BYTES } from '../../src/platform/http/fastify-adapter.js';
import { MAX_TRUST_ANCHORS, MAX_TRUST_ANCHORS_LENGTH } from '../../src/platform/x509/trust-anchors.policy.js';
import { SECRET_MS } from '../../src/platform/idempotency/idempotency.js';
import { EVENT_LIMITS } from '../../src/saasalytics/events/events.policy.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const guide = read('docs/guides/limits.md');
const openapi = read('docs/openapi.json');
const settings: Readonly<Record<string, { default?: unknown }>> = Object.assign({}, ...Object.values(SETTINGS_BY_TOPIC));

/** The number that stands in the code, where it is nobody else's business: `const NAME = 2 * 1024;` or what `pattern` captures. */
function numberIn(file: string, nameOrPattern: string | RegExp): number {
  const pattern = typeof nameOrPattern === 'string' ? new RegExp(`const ${nameOrPattern} = ([\\d_* ]+);`) : nameOrPattern;
  const [, expression] = pattern.exec(read(file)) ?? [];
  if (expression === undefined) throw new Error(`${file} does not hold ${String(nameOrPattern)} any more: mend test and guide.`);
  return expression.split('*').reduce((product, factor) => product * Number(factor.trim().replaceAll('_', '')), 1);
}

function time(seconds: number): string {
  const [unit, size] = (
    [
      ['d', 86_400],
      ['h', 3_600],
      ['min', 60],
    ] as const
  ).find(([name, length]) => seconds % length === 0 && seconds / length >= (name === 'd' ? 2 : 1) && seconds > 0) ?? ['s', 1];
  return `${seconds / size} ${unit}`;
}

function size(bytes: number): string {
  return bytes % (1024 * 1024) === 0 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`;
}

const lifetime = ({ default: usual, min, max }: { default: number; min: number; max: number }): string[] => [
  time(usual),
  time(min),
  time(max),
];
const PASSWORDS = 'src/directory/users/password.policy.ts';
const REGISTRATION_LIVES = 'src/issuer/registration/dynamic/registration-lives.policy.ts';
const WRITE_REGISTRATION_TOKEN = 'src/issuer/registration/dynamic/dto/registration-token.dto.ts';
const WRITE_MEMBER = 'src/directory/users/dto/write-member.dto.ts';
const ADAPTER = 'src/platform/http/fastify-adapter.ts';
const ASSERTION = 'src/issuer/client-auth/methods/private-key-jwt.method.ts';
const VERIFIER = 'libs/resource-server/src/access-token-verifier.ts';
const JWKS = 'libs/resource-server/src/remote-jwks.ts';
const WRITE_API = 'src/directory/api-resources/dto/write-api.dto.ts';
const API = 'src/directory/api-resources/api-resource.policy.ts';
const REFRESH = 'src/issuer/refresh-tokens/refresh.policy.ts';
const REDIRECT_URIS = 'src/directory/third-party-apps/redirect-uris.policy.ts';
const DOCUMENTS = 'src/issuer/registration/metadata-documents/metadata-documents.service.ts';
const DEVICE_CODES = 'src/issuer/device-codes/device-codes.service.ts';
const POLLS = 'src/issuer/device-codes/poll.policy.ts';
const KEY_LIFETIME = 'src/directory/api-keys/api-key-lifetime.policy.ts';
const CLIENT_KEYS = 'src/issuer/client-auth/remote-key-sets.ts';
const LIVE_TOKENS = numberIn('src/directory/api-keys/personal-access-tokens.service.ts', 'MAX_LIVE_TOKENS');
const bound = (zone: string, end: string): string => time(numberIn(API, new RegExp(`${zone}: \\{[^}]*${end}: ([\\d_]+)`)));

/** First cell of a row → its other cells that hold numbers, as the code has them. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'characters of a password': [`${numberIn(PASSWORDS, 'MIN_PASSWORD_LENGTH')} to ${numberIn(PASSWORDS, 'MAX_PASSWORD_LENGTH')}`],
  'sessions of a person; the oldest ends': [String(numberIn('src/issuer/sessions/sessions.ts', 'MAX_SESSIONS'))],
  'apps that describe themselves and are new here, in one list of apps of an organization': [
    String(numberIn('src/issuer/consents/listable-apps.ts', 'MAX_DOCUMENTS_PER_REQUEST')),
  ],
  'identity providers of an organization, or of the platform': [
    String(numberIn('src/directory/identity-providers/identity-providers.service.ts', 'MAX_PROVIDERS')),
  ],
  'rules of an identity provider': [String(numberIn('src/directory/identity-providers/dto/write-identity-provider.dto.ts', 'MAX_RULES'))],
  'API key, personal access token; at most unless the organization says otherwise': [
    `${numberIn(KEY_LIFETIME, /= (\d+) \* DAY_MS;\n\/\*\*/)} d`,
    '1 d',
    `${numberIn(KEY_LIFETIME, /MAX_LIFETIME_MS = (\d+) \* DAY_MS/)} d`,
  ],
  'link by which an invited person joins': [
    time(numberIn(WRITE_MEMBER, 'DEFAULT_LINK_SECONDS')),
    time(numberIn(WRITE_MEMBER, /@Min\(([\d_]+)\)/)),
    time(numberIn(WRITE_MEMBER, /@Max\(([\d_]+)\)/)),
  ],
  'initial access token for registrations': [
    time(numberIn(WRITE_REGISTRATION_TOKEN, 'DEFAULT_TOKEN_SECONDS')).replace('24 h', '1 d'),
    time(numberIn(WRITE_REGISTRATION_TOKEN, /@Min\((300)\)/)),
    time(numberIn(WRITE_REGISTRATION_TOKEN, /@Max\((7[\d_]+)\)/)),
  ],
  'an app that registered itself is kept while nobody uses it': [time(numberIn(REGISTRATION_LIVES, 'UNUSED_SECONDS'))],
  'and after its last person has left it': [time(numberIn(REGISTRATION_LIVES, 'IDLE_SECONDS'))],
  'its secret': [`${numberIn('src/issuer/registration/dynamic/registration.service.ts', 'SECRET_DAYS')} d`],
  'link by which somebody chooses a new password': [time(numberIn('src/directory/users/password-resets.ts', 'RESET_LIFETIME_SECONDS'))],
  'addresses, accounts or clients that a limit of requests counts, per process; beyond, the quietest is forgotten': [
    String(numberIn('src/platform/rate-limit/memory-rate-limiter.ts', 'MAX_KEYS')),
  ],
  'times what an IPv6 /64 may, all of its /48 together may': [String(numberIn('src/issuer/sessions/sign-in-limits.ts', 'SITE_FACTOR'))],
  'a sign-in at another identity provider may take': [
    `${numberIn('src/issuer/provider-sign-in/pending-sign-ins.repository.ts', /LIFETIME = '(\d+) minutes'/)} min`,
  ],
  'a form at an OAuth endpoint': [size(FORM_BODY_BYTES)],
  'client metadata at /oauth/register': [size(FORM_BODY_BYTES)],
  'one parameter of it': [size(numberIn('libs/oauth/src/form-parameters.ts', 'MAX_PARAMETER_BYTES'))],
  'authorities in `tls_client_auth_ca`': [String(MAX_TRUST_ANCHORS)],
  'certificates between that of a client and its authority': [String(numberIn('src/platform/x509/certificate-path.policy.ts', 'MAX_SENT'))],
  '`tls_client_auth_ca`': [size(MAX_TRUST_ANCHORS_LENGTH)],
  'one certificate': [size(numberIn('src/platform/x509/certificate-facts.ts', 'MAX_DER_BYTES'))],
  'a JSON body': [size(numberIn(ADAPTER, 'JSON_BODY_BYTES'))],
  'levels of nesting in it': [String(numberIn('src/platform/http/json-body.ts', 'MAX_DEPTH'))],
  'all headers of a request': [size(numberIn(ADAPTER, 'HEADER_BYTES'))],
  'an access token that a guard reads': [size(numberIn(VERIFIER, 'MAX_TOKEN_LENGTH'))],
  'a DPoP proof': [size(numberIn('libs/oauth/src/dpop/dpop-proof.ts', 'MAX_LENGTH'))],
  'characters of its `jti`': [String(numberIn('libs/oauth/src/dpop/dpop-proof.ts', 'MAX_JTI_LENGTH'))],
  'DPoP proofs that a guard of your own remembers in memory; beyond, 503': [
    String(numberIn('libs/resource-server/src/replay-store.ts', 'CAPACITY')),
  ],
  '`iat` of a DPoP proof without a nonce may be away from now by': [
    `${numberIn('libs/oauth/src/dpop/dpop-verifier.ts', /maxAgeSeconds = (\d+)/)} s`,
  ],
  'and at most, by `maxProofAgeSeconds`': [time(numberIn('libs/oauth/src/dpop/dpop-verifier.ts', 'MAX_AGE_SECONDS'))],
  'a DPoP nonce is given out for, and taken for as long once more': [
    `${numberIn('libs/oauth/src/dpop/dpop-nonces.ts', /windowSeconds = (\d+)/)} s`,
  ],
  'scopes in one token request': [String(numberIn('libs/oauth/src/scope.ts', 'MAX_SCOPES'))],
  'characters of `scope`': [String(numberIn('libs/oauth/src/scope.ts', 'MAX_SCOPE_LENGTH'))],
  'rows on a page': [String(numberIn('src/platform/http/list-query.ts', /@Max\((\d+)\)/))],
  'characters of an `Idempotency-Key`': [String(numberIn('src/platform/idempotency/submission.ts', /\{1,(\d+)\}/))],
  'events in one upload to Saasalytics': [String(EVENT_LIMITS.batch)],
  'live secrets of a client': [String(MAX_LIVE_SECRETS)],
  'live personal access tokens of a person in one organization': [
    `${LIVE_TOKENS}; a rotation is possible up to ${2 * LIVE_TOKENS}, with those that run out`,
  ],
  'scopes of an API': [String(numberIn(WRITE_API, /@ArrayMaxSize\((\d+)\)/))],
  'APIs in the grants of a client, or in a ceiling': [
    String(numberIn('src/directory/orgs/dto/write-org.dto.ts', /@ArrayMaxSize\((\d+)\)/)),
  ],
  'networks in `allowed_ips`': [String(numberIn('src/directory/service-principals/network-list.decorator.ts', 'MAX_NETWORKS'))],
  'days in the window of a trust map': [String(numberIn('src/directory/trust-map/dto/trust-map-query.dto.ts', 'MAX_DAYS'))],
  'facts of one kind in a trust map': [String(numberIn('src/directory/trust-map/trust-maps.service.ts', 'MAX_FACTS'))],
  'refusals of one service that a trust map looks at, the newest': [
    String(numberIn('src/directory/trust-map/trust-map.repository.ts', 'MAX_REFUSALS_PER_SERVICE')),
  ],
  'token of a service principal': lifetime(LIFETIMES.service_principal),
  'token of an app': lifetime(LIFETIMES.app),
  'token of an agent': lifetime(LIFETIMES.agent),
  'token of a microservice': lifetime(LIFETIMES.microservice),
  '`token_lifetime_seconds` of an external API': ['', bound('external', 'min'), bound('external', 'max')],
  '`token_lifetime_seconds` of an internal API': ['', bound('internal', 'min'), bound('internal', 'max')],
  '`max_staleness_seconds` of an API: how long its guards may go without word of revocations': [
    `${DEFAULT_MAX_STALENESS_SECONDS} s`,
    time(numberIn(WRITE_API, 'MIN_STALENESS_SECONDS')),
    time(numberIn(WRITE_API, 'MAX_STALENESS_SECONDS')),
  ],
  'grace of the old secret after a rotation': [time(DEFAULT_GRACE_SECONDS), '0 s', time(MAX_GRACE_SECONDS)],
  'an assertion (`private_key_jwt`) may live': [time(numberIn(ASSERTION, 'MAX_LIFETIME_SECONDS'))],
  'clocks of client and server may differ by, in an assertion': [time(numberIn(ASSERTION, 'CLOCK_SKEW_SECONDS'))],
  'clocks of issuer and API may differ by, unless the guard says otherwise': [time(numberIn(VERIFIER, /clockToleranceSeconds = (\d+)/))],
  'and at most, by `clockToleranceSeconds`': [time(numberIn(VERIFIER, 'MAX_CLOCK_TOLERANCE_SECONDS'))].map((text) =>
    text === '1 min' ? '60 s' : text,
  ),
  'an `Idempotency-Key` is remembered': [time(numberIn('src/platform/idempotency/idempotency.ts', 'RECORD_MS') / 1000)],
  'and a retry is given the secret again': [time(SECRET_MS / 1000)],
  'a running request may take after SIGTERM': [time(Number(settings['SHUTDOWN_GRACE_SECONDS']?.default))],
  'one statement may take in the database': [time(Number(settings['DATABASE_STATEMENT_TIMEOUT_MS']?.default) / 1000)],
  'an authorization code can be redeemed for': [
    time(numberIn('src/issuer/authorization-codes/authorization-codes.service.ts', 'CODE_LIFETIME_SECONDS')),
  ],
  'a pushed authorization request waits for its browser': [
    time(numberIn('src/issuer/authorization/pushed-requests.service.ts', 'PUSHED_LIFETIME_SECONDS')),
  ],
  'an authorization request waits for its person': [
    time(numberIn('src/issuer/authorization/interactions.service.ts', 'INTERACTION_LIFETIME_SECONDS')),
  ],
  'the codes of a device (RFC 8628) can be used for': [time(numberIn(DEVICE_CODES, 'DEVICE_CODE_LIFETIME_SECONDS'))],
  'a device waits between two requests for its token, to begin with': [time(numberIn(POLLS, 'POLL_SECONDS'))],
  'and longer from then on, each time it does not': [time(numberIn(POLLS, 'SLOWER_BY_SECONDS'))],
  'a refresh token may go unused': [time(numberIn(REFRESH, /idle: (\d+)/) * 86_400)],
  'all refreshes after one consent of a person': [time(numberIn(REFRESH, /total: (\d+)/) * 86_400)],
  'a client whose answer was lost may send the same refresh again within': [time(numberIn(REFRESH, 'RETRY_SECONDS'))],
  'bytes of `nonce`': [String(numberIn('src/issuer/authorization/checks/openid.check.ts', 'MAX_NONCE_BYTES'))],
  'an ID token counts for; as `id_token_hint` longer': [
    time(numberIn('src/issuer/id-tokens/id-token-claims.policy.ts', 'ID_TOKEN_LIFETIME_SECONDS')),
  ],
  'bytes of `state`': [String(numberIn('src/issuer/authorization/authorization-answer.ts', 'MAX_STATE_BYTES'))],
  'characters of a redirect URI': [String(numberIn(REDIRECT_URIS, 'MAX_REDIRECT_URI_LENGTH'))],
  'characters of a `client_id` that is an address': [String(numberIn('libs/oauth/src/client-id-url.ts', 'MAX_CLIENT_ID_URL_LENGTH'))],
  'the document at that address': [size(numberIn(DOCUMENTS, 'MAX_DOCUMENT_BYTES'))],
  'operations that a consent tells apart; the others are counted as one': [
    String(numberIn('src/issuer/consents/operations-used.policy.ts', 'MAX_OPERATIONS')),
  ],
  'redirect URIs of an app': [String(numberIn(REDIRECT_URIS, 'MAX_REDIRECT_URIS'))],
  'metadata and JWKS, in every cache between': [
    'what `max-age` says',
    time(numberIn('src/issuer/discovery/discovery.controller.ts', 'MAX_AGE_SECONDS')),
  ],
  '`ServiceIdentity` of `@countersign/client`': [
    'whom to trust: what `spiffe_refresh_hint` says',
    time(numberIn('src/issuer/certificates/bundle-document.ts', 'REFRESH_HINT_SECONDS')),
  ],
  'the same, its certificate': [
    'a new one is asked for after, at the latest',
    `${100 * numberIn('libs/client/src/service-identity/generations.ts', /latest: ([\d.]+)/)} % of its life`,
  ],
  'our guards in other programs': [
    'the keys of the issuer; a removed key is refused after',
    time(numberIn(JWKS, /maxAgeSeconds: ([\d_]+)/)),
  ],
  'the same, an unknown `kid`': ['one fetch at most every', time(numberIn(JWKS, /cooldownSeconds: ([\d_]+)/))],
  'the same, while the issuer cannot be reached': ['the last good keys', time(numberIn(JWKS, /maxStaleSeconds: ([\d_]+)/))],
  'keys of a client behind `jwks_uri`': [
    `the set; an unknown \`kid\` fetches again at most every ${time(numberIn(CLIENT_KEYS, 'COOLDOWN_MS') / 1000)}`,
    time(numberIn(CLIENT_KEYS, 'MAX_AGE_MS') / 1000),
  ],
  'audit log': [
    'failed authentications are counted and written every',
    time(numberIn('src/platform/audit/refusal-counter.ts', 'FLUSH_MS') / 1000),
  ],
  '`last_used_at` of a secret': ['is written every', time(numberIn('src/directory/credentials/last-used.ts', 'FLUSH_MS') / 1000)],
};

/** Rows of the tables by their first cell; those of the settings and of the propagation apart. */
const rows = guide
  .split('\n')
  .filter((line) => /^\| (?!what |change |where |an API |follows |asks |judges |:?-)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  .filter(([first]) => first !== '');
const rowsOfSettings = rows.filter(([, setting]) => /^`[A-Z_]+`$/.test(setting ?? ''));
const rowsOfPropagation = rows.filter((row) => row.includes('before the answer'));

describe('docs/guides/limits.md', () => {
  it.each(rowsOfSettings)('%s: %s is %s', (_, setting, value) => {
    expect(value).toBe(String(settings[(setting ?? '').replaceAll('`', '')]?.default));
  });

  it('has every number of the code in a row, and no row that nothing is compared with', () => {
    const others = rows.filter((row) => !rowsOfSettings.includes(row) && !rowsOfPropagation.includes(row));
    expect(Object.fromEntries(others.map(([first, ...cells]) => [first, cells]))).toEqual(EXPECTED);
    const listed = rowsOfSettings.map(([, setting]) => (setting ?? '').replaceAll('`', ''));
    expect(listed.sort()).toEqual([...Object.keys(SETTINGS_BY_TOPIC.Limits), ...Object.keys(SETTINGS_BY_TOPIC.People)].sort());
  });

  it('says of the propagation what the code keeps', () => {
    const current = numberIn('src/platform/changes/changes.ts', 'CURRENT_MS') / 1000;
    for (const [, , replicas] of rowsOfPropagation) expect(replicas).toBe(`${current} s at most`);
    expect(rowsOfPropagation).toHaveLength(2);
    expect(guide).toContain(`hears nothing of the database for ${current} s`);
    expect(guide).toContain(
      `issued within ${numberIn('src/issuer/revocation/revocation.repository.ts', 'PROPAGATION_SECONDS')} s after a revocation`,
    );
  });

  it('agrees with the bounds that the API documentation shows', () => {
    expect(openapi).toContain('Lifetime of its tokens: 300 to 86400 (external), 60 to 900 (internal).');
  });
});
