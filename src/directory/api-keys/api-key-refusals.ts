import { Injectable } from '@nestjs/common';
import { RefusalCounter } from '../../platform/audit/index.js';
import type { ApiKeyFacts } from './api-key-facts.js';
import { kindOf } from './api-key-records.js';
import type { ApiKeyRefusalReason } from './api-key-use.policy.js';

const ACTION = 'api_key.refused';

/** What the audit log says of keys that may not be used, wherever they are shown: one line per key, reason, address and minute. */
@Injectable()
export class ApiKeyRefusals {
  constructor(private readonly counter: RefusalCounter) {}

  /**
   * KEYS-5: the organization reads there why.
   * @param source where the key came from; of a guard elsewhere, where its question came from
   * @param askedBy the API of that guard
   */
  count({ id, name, orgId }: ApiKeyFacts, reason: ApiKeyRefusalReason, source: string, askedBy?: string): void {
    const target = { type: kindOf(id), id, name };
    this.counter.count(ACTION, source, reason, { orgId, target, ...(askedBy !== undefined && { details: { asked_by: askedBy } }) });
  }

  /** Of a text that is no key, which nobody owns. */
  countUnknown(source: string): void {
    this.counter.count(ACTION, source, 'api_key_unknown');
  }
}
