import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Readiness, type ReadinessCheck } from '../../platform/health/index.js';
import { Log } from '../../platform/logging/index.js';
import { CertificateAuthority } from './certificate-authority.service.js';

const INTERVAL_MS = 60_000;

/** Looks every minute whether an authority must be made, activated or removed, and tells readiness whether one signs. */
@Injectable()
export class AuthorityRotation implements ReadinessCheck, OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly name = 'certificate_authority';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly authority: CertificateAuthority,
    private readonly readiness: Readiness,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.readiness.add(this);
  }

  async check(): Promise<void> {
    this.authority.assertUsable();
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.running ??= this.look().finally(() => (this.running = undefined))), INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async look(): Promise<void> {
    try {
      await this.authority.takeDueSteps();
    } catch (error) {
      this.log.warn('certificate_authority.rotation_failed', { error });
    }
  }
}
