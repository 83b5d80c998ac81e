import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { isId, Sealer } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { httpProblem, type ProblemItem } from '../../platform/http/index.js';
import { allowsLoopback } from '../../platform/outbound/index.js';
import type { UpdateIdentityProvider, WriteJoinRule } from './dto/write-identity-provider.dto.js';
import type { IdentityProvider, JoinRule } from './identity-provider.entity.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { mistakeInProvider } from './provider-address.policy.js';

/** What a request says about an identity provider, checked and put into it. */
@Injectable()
export class ProviderTerms {
  private readonly loopbackAllowed: boolean;
  private readonly own: readonly string[];

  constructor(
    private readonly repository: IdentityProvidersRepository,
    private readonly sealer: Sealer,
    { settings }: Configuration,
  ) {
    this.loopbackAllowed = allowsLoopback(settings);
    this.own = [settings.PUBLIC_URL, settings.INTERNAL_URL];
  }

  /** @throws Problem `validation_failed` */
  async apply(tx: Transaction, provider: IdentityProvider, body: UpdateIdentityProvider): Promise<void> {
    const moved = body.issuer !== undefined && body.issuer !== provider.issuer;
    provider.name = body.name ?? provider.name;
    provider.status = body.status ?? provider.status;
    provider.issuer = body.issuer ?? provider.issuer;
    provider.clientId = body.client_id ?? provider.clientId;
    provider.authMethod = body.auth_method ?? provider.authMethod;
    if (body.rules) provider.rules = body.rules.map((rule) => toRule(rule, provider.orgId));
    // A secret goes to the issuer that it was entered for, and to no other.
    if (moved) provider.sealedClientSecret = null;
    if (body.client_secret !== undefined) provider.sealedClientSecret = await this.seal(provider, body.client_secret);
    provider.updatedAt = new Date();
    refuse([...this.mistakesIn(provider), ...(body.rules ? await this.mistakesInRules(tx, provider, body.rules) : [])]);
  }

  private async seal(provider: IdentityProvider, secret: string | null): Promise<string | null> {
    return secret === null ? null : this.sealer.seal('external', provider.secretPurpose(), Buffer.from(secret));
  }

  private mistakesIn({ issuer, authMethod, sealedClientSecret }: IdentityProvider): ProblemItem[] {
    const mistake = mistakeInProvider({ issuer, loopbackAllowed: this.loopbackAllowed, own: this.own });
    if (mistake) return [{ location: '/issuer', message: mistake, fix: 'Send the issuer of the provider: a public https URL.' }];
    if ((authMethod === 'none') === (sealedClientSecret === null)) return [];
    return authMethod === 'none'
      ? [
          {
            location: '/client_secret',
            message: 'A client without authentication has no secret.',
            fix: 'Send null, or another auth_method.',
          },
        ]
      : [
          {
            location: '/client_secret',
            message: 'The client secret is missing.',
            fix: 'Send it; with another issuer it is asked for again.',
          },
        ];
  }

  private async mistakesInRules(
    tx: Transaction,
    { orgId: owner }: IdentityProvider,
    rules: readonly WriteJoinRule[],
  ): Promise<ProblemItem[]> {
    const named = rules.flatMap(({ org_id: orgId }) => (orgId !== undefined && isId(orgId, 'org') ? [orgId] : []));
    const existing = owner === null ? await this.repository.existingOrgs(tx, named) : new Set([owner]);
    return rules.flatMap(({ org_id: orgId }, i) => {
      const location = `/rules/${i}/org_id`;
      if (orgId === undefined)
        return owner === null ? [{ location, message: 'The organization is missing.', fix: 'Say which one they join.' }] : [];
      return existing.has(orgId)
        ? []
        : [{ location, message: 'There is no such organization here.', fix: 'Send the id of one that exists.' }];
    });
  }
}

function toRule({ email_domain: emailDomain, org_id: orgId, role = 'member' }: WriteJoinRule, owner: string | null): JoinRule {
  return { emailDomain, orgId: owner ?? orgId ?? '', role };
}

function refuse(errors: readonly ProblemItem[]): void {
  if (errors.length > 0)
    throw httpProblem('validation_failed', 'The identity provider cannot be used like this. Nothing was stored.', { errors });
}
