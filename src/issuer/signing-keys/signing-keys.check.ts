import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Readiness, type ReadinessCheck } from '../../platform/health/index.js';
import { SigningKeys } from './signing-keys.service.js';

@Injectable()
export class SigningKeysCheck implements ReadinessCheck, OnModuleInit {
  readonly name = 'signing_keys';

  constructor(
    private readonly readiness: Readiness,
    private readonly keys: SigningKeys,
  ) {}

  onModuleInit(): void {
    this.readiness.add(this);
  }

  async check(): Promise<void> {
    this.keys.assertUsable();
  }
}
