import { describe, expect, it } from 'vitest';
import { PRINCIPAL_TYPES, type Client, type Issuance, type PrincipalType, type SenderProof, type TargetApi } from '@countersign/oauth';
import { approve, assertGrantAllowed, assertProofGiven, lifetimeOf, LIFETIMES } from './issuance.policy.js';

const HOUR = 3_600;

function anApi(fields: Partial<TargetApi> = {}): TargetApi {
  return {
    id: 'api_1',
    identifier: 'https://api.example',
    zone: 'external',
    active: true,
    scopes: ['read:x'],
    tokenLifetimeSeconds: undefined,
    signingAlg: 'RS256',
    senderConstraint: 'none',
    ...fields,
  };
}

function anIssuance(api: Partial<TargetApi> = {}, fields: Partial<Issuance> = {}): Issuance {
  return { subject: 'sp_1', api: anApi(api), scopes: ['read:x'], orgId: 'org_1', lifetimeSeconds: undefined, grantId: 'g', ...fields };
}

function aClient(fields: Partial<Client> = {}): Client {
  return {
    id: 'sp_1',
    displayName: 'A client',
    zone: 'external',
    principalType: 'service_principal',
    orgId: 'org_1',
    active: true,
    authMethod: 'client_secret',
    grantTypes: ['client_credentials'],
    grants: [],
    tokenLifetimeSeconds: undefined,
    allowedNetworks: [],
    secrets: [],
    jwks: undefined,
    jwksUri: undefined,
    ...fields,
  };
}

const proof: SenderProof = { constraint: 'dpop', cnf: { jkt: 'x' } };

describe('which grant a client may use', () => {
  it('one it is registered for', () => {
    expect(() => assertGrantAllowed(aClient(), { name: 'client_credentials' })).not.toThrow();
  });

  it.each([[[]], [['authorization_code']], [['client_credentials_x', 'CLIENT_CREDENTIALS']]])(
    'unauthorized_client where it is registered for %j',
    (grantTypes) => {
      expect(() => assertGrantAllowed(aClient({ grantTypes }), { name: 'client_credentials' })).toThrow(
        expect.objectContaining({ code: 'unauthorized_client' }) as Error,
      );
    },
  );
});

describe('RFC 9449 §5.2 a client that is registered for DPoP-bound tokens', () => {
  const mtls: SenderProof = { constraint: 'mtls', cnf: { 'x5t#S256': 'x' } };
  it.each([
    ['with a proof', true, proof, false],
    ['without one', true, undefined, true],
    ['with a certificate only', true, mtls, true],
    ['is another: without one', false, undefined, false],
  ])('%s', (_, dpopBoundAccessTokens, given, isRefused) => {
    const judge = (): void => assertProofGiven(aClient({ dpopBoundAccessTokens }), given);
    if (isRefused) expect(judge).toThrow(expect.objectContaining({ code: 'invalid_dpop_proof' }) as Error);
    else expect(judge).not.toThrow();
  });
});

describe('what may be signed', () => {
  const rows: [string, Issuance, Client, SenderProof | undefined, string | undefined][] = [
    ['an active API of the client’s zone', anIssuance(), aClient(), undefined, undefined],
    [
      'an internal API for an internal client',
      anIssuance({ zone: 'internal' }),
      aClient({ zone: 'internal', principalType: 'microservice' }),
      undefined,
      undefined,
    ],
    ['a disabled API', anIssuance({ active: false }), aClient(), undefined, 'invalid_target'],
    ['an internal API for an external client', anIssuance({ zone: 'internal' }), aClient(), undefined, 'invalid_target'],
    ['an external API for an internal client', anIssuance(), aClient({ zone: 'internal' }), undefined, 'invalid_target'],
    ['no scope at all', anIssuance({}, { scopes: [] }), aClient(), undefined, 'invalid_scope'],
    ['an API for bound tokens, without a proof', anIssuance({ senderConstraint: 'dpop' }), aClient(), undefined, 'invalid_dpop_proof'],
    [
      'an API for certificate-bound tokens, without a proof',
      anIssuance({ senderConstraint: 'mtls' }),
      aClient(),
      undefined,
      'invalid_request',
    ],
    ['an API for tokens bound somehow, without a proof', anIssuance({ senderConstraint: 'any' }), aClient(), undefined, 'invalid_request'],
    ['an API for tokens bound somehow, with a proof', anIssuance({ senderConstraint: 'any' }), aClient(), proof, undefined],
    ['an API for DPoP-bound tokens, with a DPoP proof', anIssuance({ senderConstraint: 'dpop' }), aClient(), proof, undefined],
    [
      'an API for certificate-bound tokens, with a DPoP proof',
      anIssuance({ senderConstraint: 'mtls' }),
      aClient(),
      proof,
      'invalid_request',
    ],
    ['an API for bearer tokens, with a proof', anIssuance(), aClient(), proof, undefined],
  ];

  it.each(rows)('%s', (_, issuance, client, given, refusal) => {
    if (refusal === undefined)
      expect(approve(issuance, client, given)).toEqual({ ...issuance, lifetimeSeconds: LIFETIMES[client.principalType].default });
    else expect(() => approve(issuance, client, given)).toThrow(expect.objectContaining({ code: refusal }) as Error);
  });

  it('a disabled API and one of another zone answer the same; only the log tells them apart', () => {
    const refusalOf = (api: Partial<TargetApi>): { answer: unknown; detail: unknown } => {
      try {
        approve(anIssuance(api), aClient(), undefined);
      } catch (error) {
        return { answer: JSON.stringify(error), detail: (error as { detail?: string }).detail };
      }
      throw new Error('not refused');
    };
    const [disabled, foreign] = [refusalOf({ active: false }), refusalOf({ zone: 'internal' })];
    expect(disabled.answer).toBe(foreign.answer);
    expect([disabled.detail, foreign.detail]).toEqual(['api_disabled', 'other_zone']);
  });
});

describe('how long a token lives', () => {
  it.each<[PrincipalType, number, number, number]>([
    ['service_principal', HOUR, 300, 24 * HOUR],
    ['api_key', HOUR, 300, 24 * HOUR],
    ['app', HOUR, 300, HOUR],
    ['agent', 900, 300, HOUR],
    ['microservice', 300, 60, 900],
  ])('the contract’s default and bounds of a %s', (principalType, standard, min, max) => {
    const client = aClient({ principalType });
    expect(lifetimeOf(anIssuance(), client)).toBe(standard);
    expect(lifetimeOf(anIssuance({}, { lifetimeSeconds: 1 }), client)).toBe(min);
    expect(lifetimeOf(anIssuance({}, { lifetimeSeconds: 10 ** 9 }), client)).toBe(max);
    expect(LIFETIMES[principalType]).toEqual({ default: standard, min, max });
  });

  it('every kind of principal has bounds, with the default inside', () => {
    for (const kind of PRINCIPAL_TYPES) {
      const { default: standard, min, max } = LIFETIMES[kind];
      expect(min <= standard && standard <= max).toBe(true);
    }
  });

  const rows: [string, number | undefined, number | undefined, number | undefined, number][] = [
    // title, grant, client, API, seconds
    ['nobody says anything: the default', undefined, undefined, undefined, HOUR],
    ['the API says', undefined, undefined, 7_200, 7_200],
    ['the client says', undefined, 900, undefined, 900],
    ['the grant says', 600, undefined, undefined, 600],
    ['the client before the API', undefined, 900, 7_200, 900],
    ['the grant before the client', 600, 900, 7_200, 600],
    ['never above the API’s own, whoever asks', 9_000, undefined, 7_200, 7_200],
    ['never above the API’s own, from the client', undefined, 9_000, 7_200, 7_200],
    ['never above the maximum of the kind', undefined, undefined, 10 ** 6, 24 * HOUR],
    ['never below the minimum of the kind', undefined, 60, undefined, 300],
    ['an API below the minimum of the kind: the minimum', undefined, undefined, 60, 300],
  ];
  it.each(rows)('%s', (_, ofGrant, ofClient, ofApi, seconds) => {
    expect(
      lifetimeOf(anIssuance({ tokenLifetimeSeconds: ofApi }, { lifetimeSeconds: ofGrant }), aClient({ tokenLifetimeSeconds: ofClient })),
    ).toBe(seconds);
  });
});

describe('RFC 8693 §4.1, attack 78: who acts beside the person', () => {
  const actorOf = (client: Partial<Client>, issuance: Partial<Issuance> = {}): unknown =>
    approve(anIssuance({}, issuance), aClient(client), undefined).actor;
  const agent = { id: 'app_1', principalType: 'agent' } as const;

  it('an agent, in every token of a person', () => {
    const named = { sub: 'app_1', client_id: 'app_1', principal_type: 'agent' };
    expect(actorOf(agent, { subject: 'usr_1' })).toEqual(named);
  });

  it('nobody beside an agent that acts for itself, an app, and a service principal', () => {
    expect(actorOf(agent, { subject: 'app_1' })).toBeUndefined();
    expect(actorOf({ id: 'app_1', principalType: 'app' }, { subject: 'usr_1' })).toBeUndefined();
    expect(actorOf({}, { subject: 'sp_1' })).toBeUndefined();
  });

  it('what the grant says stays', () => {
    expect(actorOf(agent, { subject: 'usr_1', actor: { sub: 'billing' } })).toEqual({ sub: 'billing' });
  });
});
