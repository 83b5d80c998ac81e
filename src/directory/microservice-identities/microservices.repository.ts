import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { Microservice } from './microservice.entity.js';

@Injectable()
export class MicroservicesRepository {
  async find(tx: Transaction, id: string): Promise<Microservice | undefined> {
    return (await tx.manager.findOne(Microservice, { where: { id } })) ?? undefined;
  }

  async findByName(tx: Transaction, name: string): Promise<Microservice | undefined> {
    return (await tx.manager.findOne(Microservice, { where: { name } })) ?? undefined;
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, id: string): Promise<Microservice | undefined> {
    return (await tx.manager.findOne(Microservice, { where: { id }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** Newest first. */
  async list(tx: Transaction, after: string | undefined, limit: number): Promise<Page<Microservice>> {
    const where = after === undefined ? {} : { id: LessThan(after) };
    const rows = await tx.manager.find(Microservice, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, (service) => service.id);
  }

  async insert(tx: Transaction, service: Microservice): Promise<void> {
    await tx.manager.insert(Microservice, service);
  }

  async update(tx: Transaction, { id, spiffeId, status, authMethod, jwks, jwksUri, updatedAt }: Microservice): Promise<void> {
    await tx.manager.update(Microservice, { id }, { spiffeId, status, authMethod, jwks: jwks as never, jwksUri, updatedAt });
  }

  /** Its call policies go with it. */
  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(Microservice, { id });
  }
}
