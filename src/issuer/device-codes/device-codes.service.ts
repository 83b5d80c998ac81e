import { randomInt, randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isSecret, mintSecret, OAuthError, type Client } from '@countersign/oauth';
import { SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import type { AllowedAccess, AllowedDeviceCode, DeviceRequestFacts, WaitingDevice } from './device-code.js';
import { DeviceCodesRepository } from './device-codes.repository.js';
import { judgePoll, POLL_SECONDS, SLOWER_BY_SECONDS, type PollRefusal } from './poll.policy.js';
import { displayUserCode, mintUserCode, readUserCode } from './user-code.policy.js';

/** DEV-4. */
export const DEVICE_CODE_LIFETIME_SECONDS = 600;
/** How long a code is known after that, so that a device that comes late is told why it gets nothing. */
const REMEMBERED_SECONDS = 600;
/** How long a device has after the answer, at least: who answers in the last moment does so before its next request. */
const ALLOWED_SECONDS = 60;
/** Two devices have the same user code once in 10^10 times; more than once means that something else is wrong. */
const MAX_MINTED = 5;

/** What a device is given. */
export interface NewDevice {
  /** Stands nowhere else. */
  readonly deviceCode: string;
  /** As people read it. */
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** RFC 8628: codes of devices that wait for a person. Only digests are stored, of both codes. */
@Injectable()
export class DeviceCodes implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: DeviceCodesRepository,
    private readonly digests: SecretDigests,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'device_codes', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  async begin(facts: DeviceRequestFacts): Promise<NewDevice> {
    const deviceCode = mintSecret('csn_device');
    const { digest } = this.digests.digest(deviceCode);
    const life = { usable: DEVICE_CODE_LIFETIME_SECONDS, known: DEVICE_CODE_LIFETIME_SECONDS + REMEMBERED_SECONDS };
    for (let minted = 0; minted < MAX_MINTED; minted++) {
      const userCode = mintUserCode((below) => randomInt(below));
      const userCodeDigest = this.digests.digest(textOf(userCode)).digest;
      const code = { ...facts, digest, userCodeDigest, familyId: randomUUID(), intervalSeconds: POLL_SECONDS };
      if (await this.transactions.run((tx) => this.repository.insert(tx, code, life)))
        return {
          deviceCode,
          userCode: displayUserCode(userCode),
          expiresInSeconds: DEVICE_CODE_LIFETIME_SECONDS,
          intervalSeconds: POLL_SECONDS,
        };
    }
    throw new Error('No free user code was found.');
  }

  /** The device that shows a code, while it waits; undefined for all other texts. */
  findByUserCode(typed: string): Promise<WaitingDevice | undefined> {
    const userCode = readUserCode(typed);
    if (userCode === undefined) return Promise.resolve(undefined);
    return this.transactions.run((tx) => this.repository.findWaiting(tx, this.digests.everyDigest(textOf(userCode))));
  }

  isWaiting(id: string): Promise<boolean> {
    return this.transactions.run((tx) => this.repository.isWaiting(tx, digestOf(id)));
  }

  /** False where it does not wait any more. */
  allow(tx: Transaction, id: string, access: AllowedAccess): Promise<boolean> {
    return this.repository.allow(tx, digestOf(id), access, ALLOWED_SECONDS);
  }

  /** False where it does not wait any more. */
  deny(tx: Transaction, id: string): Promise<boolean> {
    return this.repository.deny(tx, digestOf(id));
  }

  /** What was allowed to a device that asks. @throws OAuthError of RFC 8628 §3.5, or `invalid_grant` */
  async poll(text: string, client: Client): Promise<AllowedDeviceCode> {
    if (!isSecret(text, 'csn_device')) throw refused('unknown_device_code');
    const { refusal, allowed } = await this.transactions.run(async (tx) => {
      const code = await this.repository.findForUpdate(tx, this.digests.everyDigest(text), client.id);
      // Another client's too: nothing of it changes (attack 18).
      if (!code) throw refused('unknown_device_code');
      const told = judgePoll(code);
      // In the database, so that a device which asks one replica after the other gains nothing.
      if (told === 'slow_down') await this.repository.notePoll(tx, code.digest, SLOWER_BY_SECONDS);
      if (told === 'authorization_pending') await this.repository.notePoll(tx, code.digest, 0);
      return { refusal: told, allowed: code.allowed };
    });
    if (refusal) throw ANSWERS[refusal]();
    if (!allowed) throw new Error('Nothing is redeemed that nobody has allowed.');
    return allowed;
  }

  /** Uses it up, together with what `begin` writes. @throws OAuthError `invalid_grant` where somebody was faster */
  redeem<T>(code: AllowedDeviceCode, begin: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transactions.run(async (tx) => {
      // The consent before the code, in the order in which both are withdrawn.
      if (!(await this.repository.holdConsent(tx, code))) throw refused('consent_withdrawn');
      if (!(await this.repository.redeem(tx, code.digest))) throw refused('device_code_used');
      return begin(tx);
    });
  }
}

const ANSWERS: Readonly<Record<PollRefusal, () => OAuthError>> = {
  authorization_pending: () => new OAuthError('authorization_pending', 'Nobody has answered yet. Ask again after the interval.'),
  slow_down: () => new OAuthError('slow_down', `Wait ${SLOWER_BY_SECONDS} seconds longer from now on.`),
  access_denied: () => new OAuthError('access_denied', 'The person did not allow it.'),
  expired_token: () => new OAuthError('expired_token', 'Nobody has answered in time. Begin again with a new code.'),
  device_code_used: () => refused('device_code_used'),
};

/** So that no other secret has the same digest. */
function textOf(userCode: string): string {
  return `user code ${userCode}`;
}

function digestOf(id: string): Buffer {
  return Buffer.from(id, 'base64url');
}

/** One answer for all; only `detail` tells the causes apart, and it is never sent. */
function refused(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'The device code is unknown, was used, or is of another client.', { detail });
}
