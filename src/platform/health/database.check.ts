import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PlatformTransactions } from '../database/index.js';
import { Readiness, type ReadinessCheck } from './readiness.js';

@Injectable()
export class DatabaseCheck implements ReadinessCheck, OnModuleInit {
  readonly name = 'database';

  constructor(
    private readonly readiness: Readiness,
    private readonly transactions: PlatformTransactions,
  ) {}

  onModuleInit(): void {
    this.readiness.add(this);
  }

  async check(): Promise<void> {
    await this.transactions.run(async () => undefined);
  }
}
