import { describe, expect, it } from 'vitest';
import { OAuthError, type ActorClaim, type Client, type OrgMode } from '@countersign/oauth';
import { actorsOf, nextActor, orgOfExchange, readExchange } from './token-exchange.policy.js';

const A = 'org_a';
const B = 'org_b';

function detailOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof OAuthError && error.code === 'invalid_request' ? error.detail : String(error);
  }
  return 'accepted';
}

describe('RFC 8693 §2.1: the form', () => {
  const form = { subject_token: 'x', subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' };

  it.each<[Record<string, string>, string]>([
    [{}, 'subject_token_missing'],
    [{ subject_token: 'x' }, 'subject_token_missing'],
    [{ subject_token_type: form.subject_token_type }, 'subject_token_missing'],
    [{ ...form, actor_token: 'y', actor_token_type: form.subject_token_type }, 'actor_token'],
    [{ ...form, actor_token_type: form.subject_token_type }, 'actor_token'],
    [{ ...form, requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'requested_token_type'],
    [{ ...form, requested_token_type: form.subject_token_type }, 'accepted'],
    [form, 'accepted'],
  ])('%j: %s', (params, expected) => {
    expect(detailOf(() => readExchange(params))).toBe(expected);
  });
});

describe('the organization of an exchanged token', () => {
  it.each<[OrgMode, string | undefined, string | undefined, string | undefined]>([
    ['parent', A, undefined, A],
    ['any', A, undefined, A],
    ['any', A, A, A],
    ['any', undefined, B, B],
    ['any', undefined, undefined, undefined],
    ['none', A, undefined, undefined],
    ['none', undefined, undefined, undefined],
  ])('%s, subject of %s, named %s: %s', (mode, ofSubject, named, expected) => {
    expect(orgOfExchange(mode, ofSubject, named)).toBe(expected);
  });

  it.each<[OrgMode, string | undefined, string | undefined, string]>([
    ['parent', undefined, undefined, 'subject_token_without_org'],
    ['parent', undefined, B, 'org_named'],
    ['parent', A, B, 'org_named'],
    ['any', A, B, 'other_org_named'],
    ['none', A, A, 'org_named'],
  ])('%s, subject of %s, named %s is refused as %s', (mode, ofSubject, named, reason) => {
    expect(detailOf(() => orgOfExchange(mode, ofSubject, named))).toBe(reason);
  });
});

describe('RFC 8693 §4.1: the chain of actors', () => {
  const service = (name: string): Client => ({ id: `svc_${name}`, subject: name, principalType: 'microservice' }) as Client;

  it('puts the newest outermost and keeps the others', () => {
    const first = nextActor(service('gateway'), undefined);
    expect(nextActor(service('billing'), first)).toEqual({
      sub: 'billing',
      client_id: 'svc_billing',
      principal_type: 'microservice',
      act: { sub: 'gateway', client_id: 'svc_gateway', principal_type: 'microservice' },
    });
  });

  it('ends after five', () => {
    let actor: ActorClaim | undefined;
    for (let i = 1; i <= 5; i++) actor = nextActor(service(`s${i}`), actor);
    expect(actorsOf(actor)).toEqual(['s5', 's4', 's3', 's2', 's1']);
    expect(detailOf(() => nextActor(service('s6'), actor))).toBe('too_many_actors');
  });
});
