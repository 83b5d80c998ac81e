import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
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

  /** Of those that an operator has approved. */
  async listReviewedNames(tx: Transaction): Promise<string[]> {
    return (await tx.manager.find(ThirdPartyApp, { where: { state: 'approved' }, select: { id: true, name: true } })).map(
      ({ name }) => name,
    );
  }

  async insert(tx: Transaction, app: ThirdPartyApp): Promise<void> {
    await tx.manager.insert(ThirdPartyApp, { ...app, jwks: app.jwks as never, grants: app.grants as never });
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
