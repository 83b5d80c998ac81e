import { Injectable } from '@nestjs/common';
import type { AppRegistrationWay } from '@countersign/oauth';
import { In, LessThan, Not } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { ThirdPartyApp } from './third-party-app.entity.js';

/** Row-level security of the transaction decides which apps there are. */
@Injectable()
export class ThirdPartyAppsRepository {
  async find(tx: Transaction, id: string): Promise<ThirdPartyApp | undefined> {
    return (await tx.manager.findOne(ThirdPartyApp, { where: { id } })) ?? undefined;
  }

  /** Locks it until the transaction ends: changes of one app and its secrets happen one after the other. */
  async findForUpdate(tx: Transaction, id: string): Promise<ThirdPartyApp | undefined> {
    return (await tx.manager.findOne(ThirdPartyApp, { where: { id }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** Newest first. */
  async list(tx: Transaction, after: string | undefined, limit: number): Promise<Page<ThirdPartyApp>> {
    const where = after === undefined ? {} : { id: LessThan(after) };
    const rows = await tx.manager.find(ThirdPartyApp, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, (app) => app.id);
  }

  listByPublisher(tx: Transaction, publisherOrgId: string): Promise<ThirdPartyApp[]> {
    return tx.manager.find(ThirdPartyApp, { where: { publisherOrgId }, order: { id: 'ASC' } });
  }

  /** Those that an operator has approved, and those whose host could be vouched for; a suspended one is neither. */
  listVouchable(tx: Transaction): Promise<Pick<ThirdPartyApp, 'id' | 'name' | 'state'>[]> {
    const where = [{ state: 'approved' as const }, { registration: 'metadata_document' as const, state: Not('suspended' as const) }];
    return tx.manager.find(ThirdPartyApp, { where, select: { id: true, name: true, state: true } });
  }

  async insert(tx: Transaction, app: ThirdPartyApp): Promise<void> {
    await tx.manager.insert(ThirdPartyApp, { ...app, jwks: app.jwks as never, grants: app.grants as never });
  }

  /** @returns false where there is one with this id */
  async insertNew(tx: Transaction, app: ThirdPartyApp): Promise<boolean> {
    const values = { ...app, jwks: app.jwks as never, grants: app.grants as never };
    const { raw } = await tx.manager.createQueryBuilder().insert().into(ThirdPartyApp).values(values).orIgnore().returning('id').execute();
    return (raw as unknown[]).length > 0;
  }

  /**
   * Deletes at most `limit` of those that have been unused for so long; the time of those that are used after all begins anew. Each is
   * locked before it is looked at, so that nobody begins to use it meanwhile.
   */
  async deleteUnused(tx: Transaction, registration: AppRegistrationWay, days: number, limit: number): Promise<ThirdPartyApp[]> {
    const rows = await tx.manager.query<{ id: string }[]>(
      `SELECT id FROM third_party_apps WHERE registration = $1 AND unused_since < now() - make_interval(days => $2)
        ORDER BY unused_since LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [registration, days, limit],
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    await tx.manager.query(
      `UPDATE third_party_apps a SET unused_since = now() WHERE a.id = ANY ($1) AND (a.state = 'suspended'
          OR EXISTS (SELECT FROM consents WHERE app_id = a.id) OR EXISTS (SELECT FROM admitted_apps WHERE app_id = a.id)
          OR EXISTS (SELECT FROM app_requests WHERE app_id = a.id AND status = 'open'))`,
      [ids],
    );
    const unused = await tx.manager.find(ThirdPartyApp, { where: { id: In(ids), unusedSince: LessThan(daysAgo(days)) } });
    await tx.manager.delete(ThirdPartyApp, { id: In(unused.map(({ id }) => id)) });
    return unused;
  }

  /** All but what never changes: kind, publisher, and how it came to be. */
  async update(tx: Transaction, { id, name, publisher, state, reviewNote, clientType, authMethod, ...rest }: ThirdPartyApp): Promise<void> {
    const { jwks, jwksUri, redirectUris, postLogoutRedirectUris, grantTypes, grants, logoUri, policyUri, tosUri, updatedAt } = rest;
    const { dpopBoundAccessTokens } = rest;
    const authentication = { clientType, authMethod, jwks: jwks as never, jwksUri, dpopBoundAccessTokens };
    const pages = { logoUri, policyUri, tosUri, postLogoutRedirectUris };
    await tx.manager.update(
      ThirdPartyApp,
      { id },
      { name, publisher, state, reviewNote, ...authentication, redirectUris, grantTypes, grants: grants as never, ...pages, updatedAt },
    );
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(ThirdPartyApp, { id });
  }
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}
