import { describe, expect, it } from 'vitest';
import { OAuthError, type ActorClaim, type Client, type OrgMode } from '@countersign/oauth';
import fc from 'fast-check';
import { actorsOf, narrowed, nextActor, orgOfExchange, readExchange } from './token-exchange.policy.js';

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

describe('TX-7: the scopes of an exchanged token', () => {
  const KNOWN: Record<string, string[]> = { shop: ['read', 'write', 'buy'], billing: ['read', 'write'], export: ['start'] };
  const scopesOfApi = (audience: string): string[] => KNOWN[audience] ?? [];
  const outcome = (given: string[], asked: string[] | undefined, line: { aud: string; scope: string }[]): unknown => {
    try {
      return narrowed({ given, asked }, line, scopesOfApi);
    } catch (error) {
      return error instanceof OAuthError ? error.code : error;
    }
  };

  it.each<[string, string[], string[] | undefined, [string, string][], unknown]>([
    ['all where the subject token held them', ['read', 'write'], undefined, [['shop', 'read write']], ['read', 'write']],
    ['without what it did not hold', ['read', 'write'], undefined, [['shop', 'read']], ['read']],
    ['none at all is no token', ['write'], undefined, [['shop', 'read']], 'invalid_scope'],
    ['refused when asked for by name', ['write'], ['write'], [['shop', 'read']], 'invalid_scope'],
    [
      'names that no API before knew',
      ['start'],
      ['start'],
      [
        ['billing', 'read'],
        ['shop', 'read'],
      ],
      ['start'],
    ],
    [
      'a name that was lost on the way does not come back',
      ['write'],
      undefined,
      [
        ['export', 'start'],
        ['shop', 'read'],
      ],
      'invalid_scope',
    ],
    ['an API that is gone says nothing', ['read'], undefined, [['gone', '']], ['read']],
  ])('%s', (_, given, asked, line, expected) => {
    const before = line.map(([aud, scope]) => ({ aud, scope }));
    expect(outcome(given, asked, before)).toEqual(expected);
  });

  // Seen failing with only the newest token of the line looked at.
  it('over any chain, none has a scope that a token before it was without', () => {
    const subset = (names: string[]): fc.Arbitrary<string[]> => fc.subarray(names);
    const hop = fc.constantFrom(...Object.keys(KNOWN)).chain((aud) => subset(scopesOfApi(aud)).map((policy) => ({ aud, policy })));
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 6 }), subset(scopesOfApi('shop')), (hops, first) => {
        let line = [{ aud: 'shop', scope: first.join(' ') }];
        for (const { aud, policy } of hops) {
          const got = outcome(policy, undefined, line);
          if (!Array.isArray(got)) return;
          for (const name of got as string[])
            for (const { aud: earlier, scope } of line) if (scopesOfApi(earlier).includes(name)) expect(scope.split(' ')).toContain(name);
          line = [{ aud, scope: (got as string[]).join(' ') }, ...line];
        }
      }),
    );
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
