import { availableParallelism } from 'node:os';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and two passes; about 25 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Half of the cores, and half of libuv's four threads: they are also those that sign tokens. */
const MAX_RUNNING = Math.min(2, Math.max(1, Math.floor(availableParallelism() / 2)));
/** Who comes when so many wait would wait for seconds. */
const MAX_WAITING = { known: 25, stranger: 50 } as const;

/** For whom a password is hashed: browsers that the account knows have a queue of their own and go first, however many strangers wait. */
export type Asker = keyof typeof MAX_WAITING;

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
  private readonly waiting: Readonly<Record<Asker, (() => void)[]>> = { known: [], stranger: [] };
  private decoy: Promise<string> | undefined;

  async onModuleInit(): Promise<void> {
    await this.decoyHash();
  }

  /** @throws HashingBusy */
  hash(password: string, asker: Asker = 'stranger'): Promise<string> {
    return this.inTurn(asker, () => hash(password, COST));
  }

  /**
   * Takes as long without a stored hash as with one, and is false then.
   * @throws HashingBusy
   */
  async verify(stored: string | undefined, password: string, asker: Asker = 'stranger'): Promise<boolean> {
    const against = stored ?? (await this.decoyHash());
    const matches = await this.inTurn(asker, () => verify(against, password));
    return matches && stored !== undefined;
  }

  /** Of no password; made at the start, so that the first sign-in of somebody unknown takes no longer than all others. */
  private decoyHash(): Promise<string> {
    this.decoy ??= hash('no password', COST);
    return this.decoy;
  }

  private async inTurn<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_RUNNING) {
      const queue = this.waiting[asker];
      if (queue.length >= MAX_WAITING[asker]) throw new HashingBusy();
      // Who ends hands its place on, so nobody overtakes within a queue.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.known.shift() ?? this.waiting.stranger.shift();
      if (next) next();
      else this.running--;
    }
  }
}
