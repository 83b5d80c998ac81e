import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { PlatformTransactions } from '../../platform/database/index.js';
import { requireEntry, requireOperator } from '../../directory/administration/index.js';
import type { TrustRule } from '../../directory/trusted-issuers/index.js';
import { Configuration } from '../../platform/config/index.js';
import { Clients } from '../clients/index.js';
import { AssertionRefused } from './assertion-refused.js';
import { RuleTestDocument, type TestAssertion } from './dto/rule-test.dto.js';
import { ForeignAssertions, type VerifiedAssertion } from './foreign-assertions.service.js';
import { chooseRule } from './rule-choice.policy.js';
import { readAssertion } from './unverified-assertion.js';
import { UsedAssertionsRepository } from './used-assertions.repository.js';

/** Tells an administrator what a JWT would become, and which condition it fails first. Keeps nothing of it, and uses nothing up. */
@Injectable()
export class RuleTester {
  constructor(
    private readonly assertions: ForeignAssertions,
    private readonly clients: Clients,
    private readonly transactions: PlatformTransactions,
    private readonly used: UsedAssertionsRepository,
    private readonly configuration: Configuration,
  ) {}

  /** @param owner an organization, or null for the platform */
  async test(caller: Caller, owner: string | null, { assertion, client_id: clientId }: TestAssertion): Promise<RuleTestDocument> {
    if (owner === null) requireOperator(caller);
    else requireEntry(caller, owner);
    let verified: VerifiedAssertion | undefined;
    try {
      verified = await this.verify(assertion, owner);
      const rule = chooseRule(verified.verdicts, clientId);
      await this.requireUsable(rule, owner, verified);
      return RuleTestDocument.accepted(verified, rule);
    } catch (error) {
      if (!(error instanceof AssertionRefused)) throw error;
      return RuleTestDocument.refused(error, verified);
    }
  }

  private verify(text: string, owner: string | null): Promise<VerifiedAssertion> {
    const assertion = readAssertion(text);
    const audiences = this.audiencesOf(owner);
    if (assertion.audience === undefined || !audiences.includes(assertion.audience))
      throw new AssertionRefused('audience', { expected: audiences.join(' or '), received: assertion.claims.aud });
    return this.assertions.verify(assertion, owner);
  }

  private audiencesOf(owner: string | null): string[] {
    const { PUBLIC_URL, INTERNAL_URL } = this.configuration.settings;
    return owner === null ? [PUBLIC_URL, INTERNAL_URL] : [this.assertions.audienceOf(owner)];
  }

  private async requireUsable({ principal }: TrustRule, owner: string | null, { singleUse }: VerifiedAssertion): Promise<void> {
    const client = await this.clients.find(principal);
    if (!client?.active || (client.orgId ?? null) !== owner) throw new AssertionRefused('principal', { received: principal });
    if (singleUse && (await this.transactions.run((tx) => this.used.isUsed(tx, singleUse))))
      throw new AssertionRefused('unused', { received: singleUse.value });
  }
}
