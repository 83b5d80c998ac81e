import { Injectable } from '@nestjs/common';
import type { SingleUse, Zone } from '@countersign/oauth';
import { InvalidJwks, KeysUnavailable } from '@countersign/resource-server';
import { compactVerify } from 'jose';
import { TrustedIssuerSource, type TrustedIssuer, type TrustRule } from '../../directory/trusted-issuers/index.js';
import { Configuration } from '../../platform/config/index.js';
import { isId } from '../../platform/crypto/index.js';
import { AssertionRefused } from './assertion-refused.js';
import { checkClaims, checkHeader, rememberUntil } from './assertion.policy.js';
import type { ForeignKey } from './foreign-keys.js';
import { IssuerKeys } from './issuer-keys.js';
import { chooseRule, judgeRules, type RuleVerdict } from './rule-choice.policy.js';
import { readAssertion, type UnverifiedAssertion } from './unverified-assertion.js';

/** An assertion whose signature and claims hold, with the rules of the one owner it is addressed to. */
export interface VerifiedAssertion {
  readonly trust: TrustedIssuer;
  readonly subject: string;
  readonly verdicts: readonly RuleVerdict[];
  readonly singleUse: SingleUse | undefined;
}

/** A workload that is proven to be a principal. */
export interface ProvenWorkload extends VerifiedAssertion {
  readonly rule: TrustRule;
}

/** JWTs of other issuers as assertions about our principals (RFC 7523 §3). */
@Injectable()
export class ForeignAssertions {
  private readonly issuers: Readonly<Record<Zone, string>>;
  private readonly ofOrgs: string;

  constructor(
    private readonly trusts: TrustedIssuerSource,
    private readonly keys: IssuerKeys,
    { settings }: Configuration,
  ) {
    this.issuers = { external: settings.PUBLIC_URL, internal: settings.INTERNAL_URL };
    this.ofOrgs = `${settings.PUBLIC_URL}/orgs/`;
  }

  /** @param clientId of the request, where it names one @throws AssertionRefused */
  async prove(text: string, zone: Zone, clientId: string | undefined): Promise<ProvenWorkload> {
    const assertion = readAssertion(text);
    const verified = await this.verify(assertion, this.ownerOf(assertion, zone));
    return { ...verified, rule: chooseRule(verified.verdicts, clientId) };
  }

  /** What assertions for this organization carry as their audience. */
  audienceOf(orgId: string): string {
    return this.ofOrgs + orgId;
  }

  /** @param owner whose rules count, and nobody else's: an organization, or null for the platform @throws AssertionRefused */
  async verify(assertion: UnverifiedAssertion, owner: string | null): Promise<VerifiedAssertion> {
    const { issuer, claims } = assertion;
    const trust = issuer === undefined ? undefined : await this.trusts.find(owner, issuer);
    // JBG-2: nothing is ever fetched on the word of an issuer that nobody trusts.
    if (!trust) throw new AssertionRefused('issuer', { received: issuer });
    const { kid, alg } = checkHeader(assertion);
    await verifySignature(assertion.text, await this.keyOf(trust, kid), alg);
    const { subject, jti, exp } = checkClaims(claims, trust.maxAssertionLifetimeSeconds, Date.now() / 1000);
    const once = jti !== undefined && trust.assertionReuse === 'refused';
    return {
      trust,
      subject,
      verdicts: judgeRules(trust.rules, claims),
      singleUse: once ? { owner: trust.id, value: jti, expiresAt: rememberUntil(exp) } : undefined,
    };
  }

  /** JBG-8: the audience, and nothing else, says whose rules are asked. */
  private ownerOf({ audience }: UnverifiedAssertion, zone: Zone): string | null {
    if (audience === this.issuers[zone]) return null;
    const orgId = audience?.startsWith(this.ofOrgs) ? audience.slice(this.ofOrgs.length) : '';
    // Organizations have principals in the external zone only.
    if (zone === 'external' && isId(orgId, 'org')) return orgId;
    throw new AssertionRefused('audience', { expected: `${this.ofOrgs}{org_id}`, received: audience });
  }

  private async keyOf(trust: TrustedIssuer, kid: string): Promise<ForeignKey> {
    try {
      const key = await this.keys.find(trust, kid);
      if (key) return key;
    } catch (cause) {
      if (cause instanceof KeysUnavailable || cause instanceof InvalidJwks) throw new AssertionRefused('keys', { cause });
      throw cause;
    }
    throw new AssertionRefused('key', { received: kid });
  }
}

async function verifySignature(text: string, { key, algs }: ForeignKey, alg: string): Promise<void> {
  // RFC 8725 §3.1: one key, one algorithm.
  if (!(algs as readonly string[]).includes(alg)) throw new AssertionRefused('algorithm', { expected: algs, received: alg });
  try {
    await compactVerify(text, key, { algorithms: [alg] });
  } catch (cause) {
    throw new AssertionRefused('signature', { cause });
  }
}
