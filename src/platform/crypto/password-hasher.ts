import { availableParallelism } from 'node:os';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and two passes; about 25 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Half of the cores, and half of libuv's four threads: they are also those that sign tokens. */
const MAX_RUNNING = Math.min(2, Math.max(1, Math.floor(availableParallelism() / 2)));
/** Who comes when so many wait would wait for seconds. */
const MAX_WAITING = 50;

/** More passwords are being hashed than this process can do in reasonable time. */
export class HashingBusy extends Error {
  constructor() {
    super('Too many passwords are being hashed.');
  }
}

/** Passwords that people chose, by argon2id: off the event loop, and only so many at a time, each of which takes its memory. */
@Injectable()
export class PasswordHasher implements OnModuleInit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  async onModuleInit(): Promise<void> {
    await this.decoyHash();
  }

  /** @throws HashingBusy */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  /**
   * Takes as long without a stored hash as with one, and is false then.
   * @throws HashingBusy
   */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const against = stored ?? (await this.decoyHash());
    const matches = await this.inTurn(() => verify(against, password));
    return matches && stored !== undefined;
  }

  /** Of no password; made at the start, so that the first sign-in of somebody unknown takes no longer than all others. */
  private decoyHash(): Promise<string> {
    this.decoy ??= hash('no password', COST);
    return this.decoy;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_RUNNING) {
      if (this.waiting.length >= MAX_WAITING) throw new HashingBusy();
      // Who ends hands its place on, so nobody overtakes.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
