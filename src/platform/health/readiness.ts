import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

const CHECK_TIMEOUT_MS = 1_500;

/** Something without which this process must not get traffic. */
export interface ReadinessCheck {
  readonly name: string;
  /** Throws what is wrong. */
  check(): Promise<void>;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/** Readiness follows what the process needs; liveness does not, so that an outage of the database restarts nobody. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private readonly checks: ReadinessCheck[] = [];
  private accepting = false;

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** The public listener is bound and everything is seeded. */
  open(): void {
    this.accepting = true;
  }

  beforeApplicationShutdown(): void {
    this.accepting = false;
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all(this.checks.map(async (check) => [check.name, await outcome(check)] as const));
    const checks = Object.fromEntries([...results, ['accepting', this.accepting ? 'ok' : 'failing'] as const]);
    return { ready: Object.values(checks).every((result) => result === 'ok'), checks };
  }
}

async function outcome(check: ReadinessCheck): Promise<'ok' | 'failing'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('timeout')), CHECK_TIMEOUT_MS)));
  try {
    await Promise.race([check.check(), timeout]);
    return 'ok';
  } catch {
    return 'failing';
  } finally {
    clearTimeout(timer);
  }
}
