import { Module, type OnModuleInit } from '@nestjs/common';
import { Reaper } from '../reaper/index.js';
import { Idempotency, SECRET_MS } from './idempotency.js';
import { IdempotencyRepository } from './idempotency.repository.js';

@Module({ providers: [IdempotencyRepository, Idempotency], exports: [Idempotency] })
export class IdempotencyModule implements OnModuleInit {
  constructor(
    private readonly reaper: Reaper,
    private readonly repository: IdempotencyRepository,
  ) {}

  onModuleInit(): void {
    this.reaper.add({
      name: 'idempotency-secrets',
      reap: (tx, limit) => this.repository.forgetSecrets(tx, new Date(Date.now() - SECRET_MS), limit),
    });
    this.reaper.add({ name: 'idempotency-records', reap: (tx, limit) => this.repository.deleteExpired(tx, limit) });
  }
}
