import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { scopesOutside } from '@countersign/oauth';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { httpProblem, Problem } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { actOf, notFound } from '../administration/index.js';
import type { CatalogueApi, ResolvedGrant } from '../api-resources/index.js';
import { Orgs, outsideCeiling, type Org } from '../orgs/index.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from '../service-principals/index.js';
import { Memberships, scopesOfRole, type Membership } from '../users/index.js';
import { ApiKeyMinting } from './api-key-minting.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { API_KEYS_PROBLEMS } from './api-keys.errors.js';
import { ApiKeyDocument, type ApiKeyList, type MintedApiKeyDocument } from './dto/api-key.dto.js';
import type { CreatePersonalAccessToken, RotateApiKey } from './dto/write-api-key.dto.js';

const MAX_LIVE_TOKENS = 50;
/** One that is replaced and one that replaces it, of each. */
const MAX_WITH_OVERLAP = 2 * MAX_LIVE_TOKENS;

/** Tokens that people make for their own scripts. They hold no more than the person could pass on to an app, now as well as then. */
@Injectable()
export class PersonalAccessTokens {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly repository: ApiKeysRepository,
    private readonly memberships: Memberships,
    private readonly orgs: Orgs,
    private readonly minting: ApiKeyMinting,
    private readonly records: ApiKeyRecords,
  ) {}

  async create(caller: Caller, submission: Submission, body: CreatePersonalAccessToken): Promise<MintedApiKeyDocument> {
    const userId = personOf(caller);
    const grant = this.minting.resolve(body);
    const { orgId, role } = chosen(await this.placesOf(caller), body.org_id);
    return this.tenants.run(orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        const org = await this.orgs.getForCredentials(tx, orgId);
        requireWithin(grant, role, org);
        await this.requireFewer(tx, { orgId, userId }, MAX_LIVE_TOKENS);
        const owner = { org, userId, createdBy: userId };
        return this.minting.create(tx, actOf(caller, submission.origin), owner, grant, body);
      }),
    );
  }

  /** Of all the person's organizations, newest first in each. */
  async list(caller: Caller): Promise<ApiKeyList> {
    const userId = personOf(caller);
    const data: ApiKeyDocument[] = [];
    for (const { orgId } of await this.placesOf(caller)) {
      const keys = await this.tenants.run(orgId, (tx) => this.repository.listOfUser(tx, orgId, userId));
      data.push(...keys.map((key) => ApiKeyDocument.from(key, this.minting.audienceOf(key.apiId))));
    }
    return { data, next_cursor: null };
  }

  rotate(caller: Caller, submission: Submission, id: string, body: RotateApiKey): Promise<MintedApiKeyDocument> {
    const userId = personOf(caller);
    return this.inPlaceOf(caller, id, (tx, orgId) =>
      this.records.once(tx, submission, async () => {
        const old = await this.repository.findForUpdate(tx, { orgId, id, userId });
        if (!old) throw notFound();
        await this.requireFewer(tx, { orgId, userId }, MAX_WITH_OVERLAP);
        const owner = { org: await this.orgs.getForCredentials(tx, orgId), userId, createdBy: userId };
        return this.minting.rotate(tx, actOf(caller, submission.origin), owner, old, body);
      }),
    );
  }

  /** Somebody else's token looks like one that does not exist. */
  revoke(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    const userId = personOf(caller);
    return this.inPlaceOf(caller, id, async (tx, orgId) => {
      const key = await this.repository.findForUpdate(tx, { orgId, id, userId });
      if (!key) throw notFound();
      await this.minting.revoke(tx, actOf(caller, origin), key, 'by_owner');
    });
  }

  /** @throws Problem `too_many_tokens` */
  private async requireFewer(tx: Transaction, { orgId, userId }: { orgId: string; userId: string }, bound: number): Promise<void> {
    if ((await this.repository.countLiveOfUser(tx, orgId, userId)) < bound) return;
    throw new Problem(API_KEYS_PROBLEMS, 'too_many_tokens', `You have ${bound} live tokens there. Revoke one first.`);
  }

  private async inPlaceOf<T>(caller: Caller, id: string, work: (tx: Transaction, orgId: string) => Promise<T>): Promise<T> {
    const userId = personOf(caller);
    for (const { orgId } of await this.placesOf(caller)) {
      const isHere = await this.tenants.run(orgId, async (tx) => Boolean(await this.repository.find(tx, { orgId, id, userId })));
      if (isHere) return this.tenants.run(orgId, (tx) => work(tx, orgId));
    }
    throw notFound();
  }

  /** A token of an app reaches one organization, a session all of them. */
  private async placesOf(caller: Caller): Promise<readonly Membership[]> {
    const places = await this.memberships.of(personOf(caller));
    return caller.orgId === undefined ? places : places.filter(({ orgId }) => orgId === caller.orgId);
  }
}

/** @throws Problem `not_found` for callers that act for nobody */
function personOf({ subject, clientId }: Caller): string {
  if (subject === clientId || !subject.startsWith('usr_')) throw notFound();
  return subject;
}

/** @throws Problem `validation_failed` */
function chosen(places: readonly Membership[], orgId: string | undefined): Membership {
  const [only, another] = orgId === undefined ? places : places.filter((place) => place.orgId === orgId);
  if (only && !another) return only;
  const message = only ? 'You belong to several organizations.' : 'You are no member of such an organization.';
  throw httpProblem('validation_failed', 'It is not clear whose data the token is to reach. Nothing was stored.', {
    errors: [{ location: '/org_id', message, fix: 'Send the id of one of your organizations.' }],
  });
}

/** @throws Problem `grant_not_assignable` */
function requireWithin({ api, scopes }: ResolvedGrant<CatalogueApi>, role: Membership['role'], { ceiling }: Org): void {
  const beyondRole = scopesOutside(scopes, scopesOfRole(role, api));
  const beyondCeiling = outsideCeiling({ audience: api.identifier, scopes }, ceiling);
  const refused = [...new Set([...beyondRole, ...beyondCeiling])];
  if (refused.length === 0) return;
  throw new Problem(SERVICE_PRINCIPALS_PROBLEMS, 'grant_not_assignable', `You may not hold ${refused.join(' ')} at ${api.identifier}.`, {
    errors: refused.map((scope) => ({
      location: '/scopes',
      message: beyondRole.includes(scope)
        ? `${scope} is not among what your role may pass on.`
        : `${scope} lies outside the ceiling of the organization.`,
      fix: 'Ask for less.',
    })),
  });
}
