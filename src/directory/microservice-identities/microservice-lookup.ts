import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Microservice } from './microservice.entity.js';
import { MicroservicesRepository } from './microservices.repository.js';

/** Microservices for other modules that keep something about them. */
@Injectable()
export class MicroserviceLookup {
  constructor(private readonly repository: MicroservicesRepository) {}

  byId(tx: Transaction, id: string): Promise<Microservice | undefined> {
    return this.repository.find(tx, id);
  }

  byName(tx: Transaction, name: string): Promise<Microservice | undefined> {
    return this.repository.findByName(tx, name);
  }
}
