import { describe, expect, it } from 'vitest';
import {
  afterTransition,
  REVIEW_STATES,
  TRANSITIONS,
  unreviewedChanges,
  type ReviewedFacts,
  type ReviewState,
  type TransitionName,
} from './review.policy.js';

describe('the states of a review', () => {
  const allowed: [ReviewState, TransitionName, ReviewState][] = [
    ['draft', 'submit', 'in_review'],
    ['in_review', 'withdraw', 'draft'],
    ['in_review', 'approve', 'approved'],
    ['in_review', 'return', 'draft'],
    ['draft', 'suspend', 'suspended'],
    ['in_review', 'suspend', 'suspended'],
    ['approved', 'suspend', 'suspended'],
    ['suspended', 'reinstate', 'in_review'],
  ];

  it.each(allowed)('%s, %s: %s', (from, name, to) => {
    expect(afterTransition(from, name)).toBe(to);
  });

  it('every other transition is refused, but one that has been made changes nothing', () => {
    for (const state of REVIEW_STATES)
      for (const name of Object.keys(TRANSITIONS) as TransitionName[]) {
        if (allowed.some(([from, transition]) => from === state && transition === name)) continue;
        expect(afterTransition(state, name), `${state} ${name}`).toBe(TRANSITIONS[name].to === state ? state : undefined);
      }
  });

  it('nobody but an operator approves, returns, suspends and reinstates', () => {
    const names = Object.keys(TRANSITIONS) as TransitionName[];
    expect(names.filter((name) => !TRANSITIONS[name].operatorOnly)).toEqual(['submit', 'withdraw']);
  });
});

describe('what a publisher cannot change behind the back of the review', () => {
  const before: ReviewedFacts = {
    name: 'Charts',
    publisher: 'Charts Ltd',
    redirectUris: ['https://charts.example/cb', 'https://charts.example/other'],
    grantTypes: ['authorization_code', 'refresh_token'],
    postLogoutRedirectUris: [],
    grants: [{ audience: 'a', scopes: ['r', 'w'] }],
    logoUri: 'https://charts.example/logo.png',
    policyUri: null,
    tosUri: null,
    dpopBoundAccessTokens: false,
  };
  it.each<[string, Partial<ReviewedFacts>, string[]]>([
    ['nothing', {}, []],
    ['another name', { name: 'Chаrts' }, ['name']],
    ['another publisher', { publisher: 'Bank' }, ['publisher']],
    ['one more redirect URI', { redirectUris: [...before.redirectUris, 'https://evil.example/'] }, ['redirect_uris']],
    ['one more address after a sign-out', { postLogoutRedirectUris: ['https://evil.example/'] }, ['post_logout_redirect_uris']],
    ['fewer redirect URIs', { redirectUris: ['https://charts.example/cb'] }, []],
    ['one more way to tokens', { grantTypes: [...before.grantTypes, 'device_code'] }, ['grant_types']],
    ['one way to tokens less', { grantTypes: ['refresh_token'] }, []],
    ['fewer scopes', { grants: [{ audience: 'a', scopes: ['r'] }] }, []],
    ['no grants', { grants: [] }, []],
    ['more scopes', { grants: [{ audience: 'a', scopes: ['r', 'w', 'x'] }] }, ['grants']],
    ['another API', { grants: [...before.grants, { audience: 'b', scopes: ['r'] }] }, ['grants']],
    ['another logo', { logoUri: 'https://bank.example/logo.png' }, ['logo_uri']],
    ['no logo', { logoUri: null }, []],
    ['a policy', { policyUri: 'https://charts.example/policy' }, ['policy_uri']],
    ['terms', { tosUri: 'https://charts.example/terms' }, ['tos_uri']],
  ])('%s', (_, change, fields) => {
    expect(unreviewedChanges(before, { ...before, ...change })).toEqual(fields);
  });

  it('bound tokens may be asked for at any time, and given up with a review only', () => {
    const bound = { ...before, dpopBoundAccessTokens: true };
    expect(unreviewedChanges(before, bound)).toEqual([]);
    expect(unreviewedChanges(bound, before)).toEqual(['dpop_bound_access_tokens']);
  });
});
