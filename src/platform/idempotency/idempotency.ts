import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Sealer } from '../crypto/index.js';
import type { Transaction } from '../database/index.js';
import { Problem } from '../http/index.js';
import { IDEMPOTENCY_PROBLEMS } from './idempotency.errors.js';
import { IdempotencyRepository, type IdempotencyRecord } from './idempotency.repository.js';
import type { IdempotentRequest } from './submission.js';

const RECORD_MS = 24 * 3_600_000;
/** How long a retry is given the secret again. */
export const SECRET_MS = 60_000;

/** Lets a request have its effect once: a retry with the same key and body gets the first answer. */
@Injectable()
export class Idempotency {
  constructor(
    private readonly repository: IdempotencyRepository,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Runs the work, or answers what it answered before. The record belongs to the work's own transaction: neither exists
   * without the other, whatever crashes in between. The secret of the answer, in `secretField`, is kept sealed and for a minute only.
   * @throws Problem `idempotency_key_reused`, `idempotency_key_in_use`
   */
  async once<T extends object>(
    tx: Transaction,
    request: IdempotentRequest | undefined,
    work: () => Promise<T>,
    secretField = 'client_secret',
  ): Promise<T> {
    if (!request) return work();
    const claimed = await this.repository.claim(tx, request, new Date(Date.now() + RECORD_MS));
    if (claimed === 'busy')
      throw new Problem(IDEMPOTENCY_PROBLEMS, 'idempotency_key_in_use', 'The first request with this Idempotency-Key is still running.', {
        headers: { 'retry-after': '2' },
      });
    if (!claimed) return (await this.replay(request, await this.repository.find(tx, request), secretField)) as T;
    const answer = await work();
    const secret = (answer as Record<string, unknown>)[secretField];
    const sealed = typeof secret === 'string' ? await this.sealer.seal('external', purposeOf(request), Buffer.from(secret)) : null;
    await this.repository.fill(tx, request, sealed === null ? answer : { ...answer, [secretField]: null }, sealed);
    return answer;
  }

  private async replay(request: IdempotentRequest, record: IdempotencyRecord | undefined, secretField: string): Promise<object> {
    if (!record || !timingSafeEqual(record.request_digest, request.digest)) {
      throw new Problem(
        IDEMPOTENCY_PROBLEMS,
        'idempotency_key_reused',
        'This Idempotency-Key was sent before with another request. Use a new key.',
      );
    }
    if (record.sealed_secret === null || record.created_at.getTime() + SECRET_MS < Date.now()) return record.response;
    const secret = await this.sealer.open('external', purposeOf(request), record.sealed_secret);
    return { ...record.response, [secretField]: Buffer.from(secret).toString('utf8') };
  }
}

function purposeOf({ caller, key }: IdempotentRequest): string {
  return `idempotency ${caller} ${key}`;
}
