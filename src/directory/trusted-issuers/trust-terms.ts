import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { Configuration } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { httpProblem, type ProblemItem } from '../../platform/http/index.js';
import { allowsLoopback } from '../../platform/outbound/index.js';
import { readPublicKeys } from '../credentials/index.js';
import type { UpdateTrustedIssuer } from './dto/write-trusted-issuer.dto.js';
import { mistakesInAddresses } from './issuer-address.policy.js';
import { mistakesInRule, type AskedRule } from './rules.policy.js';
import type { TrustedIssuer, TrustRule } from './trusted-issuer.entity.js';
import type { PlacedRule } from './trusted-principals.js';

export interface TermsChange {
  /** Rules that were not there before, with their place in the request. */
  readonly added: readonly PlacedRule[];
}

/** What a request says about a trusted issuer, checked and put into it. */
@Injectable()
export class TrustTerms {
  private readonly loopbackAllowed: boolean;
  private readonly own: readonly string[];

  constructor({ settings }: Configuration) {
    this.loopbackAllowed = allowsLoopback(settings);
    this.own = [settings.PUBLIC_URL, settings.INTERNAL_URL];
  }

  /** @throws Problem `validation_failed` that names every mistake */
  apply(trust: TrustedIssuer, body: UpdateTrustedIssuer): TermsChange {
    const before = { issuer: trust.issuer, jwksUri: trust.jwksUri, jwks: trust.jwks };
    const mistakes = this.applyKeys(trust, body);
    refuse(mistakes);
    // Other keys speak for somebody else: tokens that came by the old ones must not go on under the same handle.
    const sameKeys = isDeepStrictEqual(before, {
      issuer: trust.issuer,
      jwksUri: trust.jwksUri,
      jwks: trust.jwks,
    });
    const asked = body.rules ?? trust.rules.map(toAsked);
    refuse(asked.flatMap((rule, i) => mistakesInRule(trust.issuer, rule, `/rules/${i}`)));
    refuse(repeats(asked));
    const kept = sameKeys ? trust.rules : [];
    trust.rules = asked.map((rule) => kept.find((present) => isSame(present, rule)) ?? newRule(rule));
    trust.assertionReuse = body.assertion_reuse ?? trust.assertionReuse;
    trust.maxAssertionLifetimeSeconds = body.max_assertion_lifetime_seconds ?? trust.maxAssertionLifetimeSeconds;
    trust.updatedAt = new Date();
    const added = asked.map((rule, i) => ({ ...rule, location: `/rules/${i}` })).filter((rule) => !kept.some((old) => isSame(old, rule)));
    return { added };
  }

  private applyKeys(trust: TrustedIssuer, body: UpdateTrustedIssuer): ProblemItem[] {
    const { keys, mistakes } = body.jwks ? readPublicKeys(ofBundle(body.jwks)) : { keys: undefined, mistakes: [] };
    if (mistakes.length > 0) return mistakes;
    trust.issuer = body.issuer ?? trust.issuer;
    // A new key set takes the place of an address and the other way round; both null: discovery.
    if (body.jwks !== undefined || body.jwks_uri !== undefined) {
      trust.jwks = keys ?? null;
      trust.jwksUri = body.jwks_uri ?? null;
    }
    const { issuer, jwks, jwksUri } = trust;
    const { loopbackAllowed, own } = this;
    return [...withoutKid(jwks), ...mistakesInAddresses({ issuer, jwksUri, hasKeys: jwks !== null, loopbackAllowed, own })];
  }
}

/** SPIFFE bundles mark the keys of JWT-SVIDs by a `use` of their own, and hold those of certificates beside them. */
function ofBundle(jwks: Record<string, unknown>): unknown {
  const { keys } = jwks;
  if (!Array.isArray(keys)) return jwks;
  const ofTokens = (keys as unknown[]).filter((key) => (key as { use?: unknown } | null)?.use !== 'x509-svid');
  return {
    keys: ofTokens.map((key) => ((key as { use?: unknown } | null)?.use === 'jwt-svid' ? { ...(key as object), use: 'sig' } : key)),
  };
}

/** An assertion names its key by kid; one that has none could never be asked for. */
function withoutKid(jwks: JSONWebKeySet | null): ProblemItem[] {
  return (jwks?.keys ?? []).flatMap(({ kid }, i) =>
    kid === undefined
      ? [
          {
            location: `/jwks/keys/${i}`,
            message: 'The key has no kid.',
            fix: 'Send the kid that the header of the JWTs names.',
          },
        ]
      : [],
  );
}

function newRule({ claims, principal, accept_shared_identity: accepted }: AskedRule): TrustRule {
  return { id: newId('rule'), claims, principal, acceptSharedIdentity: accepted ?? false };
}

function toAsked({ claims, principal, acceptSharedIdentity }: TrustRule): AskedRule {
  return { claims, principal, accept_shared_identity: acceptSharedIdentity };
}

function isSame(present: TrustRule, asked: AskedRule): boolean {
  return (
    present.principal === asked.principal &&
    present.acceptSharedIdentity === (asked.accept_shared_identity ?? false) &&
    isDeepStrictEqual(present.claims, asked.claims)
  );
}

function repeats(rules: readonly AskedRule[]): ProblemItem[] {
  return rules.flatMap((rule, i) =>
    rules.slice(0, i).some((other) => isDeepStrictEqual(other.claims, rule.claims))
      ? [
          {
            location: `/rules/${i}/claims`,
            message: 'Another rule has the same claims.',
            fix: 'One workload becomes one principal: remove one.',
          },
        ]
      : [],
  );
}

function refuse(errors: readonly ProblemItem[]): void {
  if (errors.length > 0) throw httpProblem('validation_failed', 'The issuer cannot be trusted like this. Nothing was stored.', { errors });
}
