import { describe, expect, it } from 'vitest';
import type { Consent, DelegationPlace } from '../consents/index.js';
import {
  needsSignIn,
  refuseSilently,
  requireAcr,
  requireHinted,
  settledPlace,
  type AskedOfPerson,
  type SignInFacts,
} from './next-step.policy.js';

const URI = 'https://app.example/cb';
const ASKED: AskedOfPerson = {
  prompts: [],
  maxAge: undefined,
  acrValues: [],
  hintedUserId: undefined,
  orgId: undefined,
  registeredRedirectUri: URI,
  mustBeSeen: false,
  requestedAt: 10_000,
  sessionBefore: 'ses_1',
};
const USER: SignInFacts = { userId: 'usr_1', sessionId: 'ses_1', authTime: 9_000, acr: 'pwd' };
const CONSENT = { scopes: ['a', 'b'], redirectUris: [URI] } as unknown as Consent;

function place(orgId: string, fields: Partial<DelegationPlace> = {}): DelegationPlace {
  return { orgId, orgName: orgId, admission: 'admitted', scopes: ['a'], consent: CONSENT, ...fields };
}

describe('who has to sign in', () => {
  it.each<[string, Partial<AskedOfPerson>, Partial<SignInFacts> | undefined, boolean]>([
    ['nobody is there', {}, undefined, true],
    ['somebody is', {}, {}, false],
    ['prompt=login', { prompts: ['login'] }, {}, true],
    ['prompt=login, and they did', { prompts: ['login'] }, { sessionId: 'ses_2', authTime: 10_000 }, false],
    ['prompt=login, and another session of before was found', { prompts: ['login'] }, { sessionId: 'ses_2' }, true],
    ['prompt=login, and nobody was there before', { prompts: ['login'], sessionBefore: undefined }, { authTime: 10_001 }, false],
    ['prompt=login by a form of another site, which brings no session along', { prompts: ['login'], sessionBefore: undefined }, {}, true],
    ['max_age=0 is the same', { maxAge: 0 }, {}, true],
    ['max_age=0, and they did', { maxAge: 0 }, { sessionId: 'ses_2', authTime: 10_005 }, false],
    ['max_age=0 by a form of another site', { maxAge: 0, sessionBefore: undefined }, {}, true],
    ['recently enough', { maxAge: 1_000 }, {}, false],
    ['not recently enough', { maxAge: 999 }, {}, true],
    ['the one of id_token_hint', { hintedUserId: 'usr_1' }, {}, false],
    ['somebody else than in id_token_hint', { hintedUserId: 'usr_2' }, {}, true],
    ['somebody else than in id_token_hint, once more', { hintedUserId: 'usr_2' }, { sessionId: 'ses_2' }, false],
    ['in another way than acr_values names', { acrValues: ['mfa'] }, {}, true],
    ['in another way than acr_values names, once more', { acrValues: ['mfa'] }, { sessionId: 'ses_2' }, false],
    ['prompt=consent asks for no sign-in', { prompts: ['consent'] }, {}, false],
  ])('%s', (_, asked, user, needed) => {
    expect(needsSignIn({ ...ASKED, ...asked }, user && { ...USER, ...user })).toBe(needed);
  });
});

describe('AE-15 how strongly somebody has signed in', () => {
  it.each([
    [[], true],
    [['pwd'], true],
    [['mfa', 'pwd'], true],
    [['mfa'], false],
  ])('acr_values %j', (acrValues, met) => {
    const require = (): void => requireAcr({ ...ASKED, acrValues }, [USER.acr]);
    if (met) expect(require).not.toThrow();
    else expect(require).toThrow(expect.objectContaining({ code: 'unmet_authentication_requirements' }) as Error);
  });
});

describe('OpenID Connect Core §3.1.2.1 whom the app means', () => {
  it('login_required for somebody else than in id_token_hint', () => {
    expect(() => requireHinted({ ...ASKED, hintedUserId: 'usr_1' }, USER)).not.toThrow();
    expect(() => requireHinted({ ...ASKED, hintedUserId: 'usr_2' }, USER)).toThrow(
      expect.objectContaining({ code: 'login_required' }) as Error,
    );
  });
});

describe('attack 31, 34: who need not be asked', () => {
  it.each<[string, Partial<AskedOfPerson>, DelegationPlace[], string | undefined]>([
    ['who allowed it before', {}, [place('o1')], 'o1'],
    ['who allowed it in one of two organizations', {}, [place('o1', { consent: undefined }), place('o2')], 'o2'],
    ['who allowed it in both', {}, [place('o1'), place('o2')], undefined],
    ['who allowed it in both, and one is named', { orgId: 'o2' }, [place('o1'), place('o2')], 'o2'],
    ['who allowed it in another than the named one', { orgId: 'o2' }, [place('o1'), place('o2', { consent: undefined })], undefined],
    ['who is not in the named one', { orgId: 'o3' }, [place('o1')], undefined],
    ['who never allowed it', {}, [place('o1', { consent: undefined })], undefined],
    ['who allowed less', {}, [place('o1', { scopes: ['a', 'c'] })], undefined],
    ['whose organization has changed its mind', {}, [place('o1', { admission: 'refused' })], undefined],
    ['who has no right left to pass on', {}, [place('o1', { scopes: [] })], undefined],
    ['who allowed it to another address of the app', { registeredRedirectUri: 'https://other.example/' }, [place('o1')], undefined],
    ['whom a public app asks', { mustBeSeen: true }, [place('o1')], undefined],
    ['whom the app wants asked', { prompts: ['consent'] }, [place('o1')], undefined],
    ['who is to choose', { prompts: ['select_account'] }, [place('o1')], undefined],
    ['who is in no organization', {}, [], undefined],
  ])('%s', (_, asked, places, orgId) => {
    expect(settledPlace({ ...ASKED, ...asked }, places)?.orgId).toBe(orgId);
  });
});

describe('AE-13 what prompt=none is told', () => {
  it.each<[string, Partial<AskedOfPerson>, DelegationPlace[], string]>([
    ['one place, not asked yet', {}, [place('o1', { consent: undefined })], 'consent_required'],
    ['two places', {}, [place('o1'), place('o2')], 'interaction_required'],
    ['two places, one of them named', { orgId: 'o1' }, [place('o1', { consent: undefined }), place('o2')], 'consent_required'],
    ['one that does not admit the app', {}, [place('o1', { admission: 'refused' })], 'access_denied'],
    ['one that may be asked to', {}, [place('o1', { admission: 'ask_admin' })], 'access_denied'],
    ['none', {}, [], 'access_denied'],
    ['none of this name', { orgId: 'o2' }, [place('o1')], 'access_denied'],
  ])('%s', (_, asked, places, code) => {
    expect(refuseSilently({ ...ASKED, ...asked }, places).code).toBe(code);
  });
});
