import { describe, expect, it } from 'vitest';
import { undisputed, type DomainClaim } from './domain-claims.policy.js';

const claim = (orgId: string | null, issuer: string): DomainClaim => ({ orgId, issuer });
const A = claim('org_1', 'https://a.example');

describe('undisputed', () => {
  it.each<[string, DomainClaim[], DomainClaim[]]>([
    ['nobody names the domain', [], []],
    ['one organization does', [A], [A]],
    ['it has two providers', [A, claim('org_1', 'https://b.example')], [A, claim('org_1', 'https://b.example')]],
    ['two have one provider', [A, claim('org_2', A.issuer)], [A, claim('org_2', A.issuer)]],
    ['another one sets a trap', [A, claim('org_2', 'https://evil.example')], []],
    ['the operator has said whose it is', [claim(null, 'https://p.example'), A], [claim(null, 'https://p.example')]],
  ])('%s', (_, claims, offered) => expect(undisputed(claims)).toEqual(offered));
});
