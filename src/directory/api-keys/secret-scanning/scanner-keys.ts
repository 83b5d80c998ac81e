import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Configuration, type ScannerKey } from '../../../platform/config/index.js';
import { httpProblem } from '../../../platform/http/index.js';
import { Log } from '../../../platform/logging/index.js';
import { guardedFetch } from '../../../platform/outbound/index.js';
import { PublishedKeys } from './published-keys.js';

/** The public keys of secret scanners: from the configuration, and from where the scanner publishes them. */
@Injectable()
export class ScannerKeys {
  private readonly configured: readonly ScannerKey[];
  private readonly published: PublishedKeys | undefined;

  constructor({ settings }: Configuration, log: Log) {
    const { SECRET_SCANNING_KEYS: keys = [], SECRET_SCANNING_KEYS_URL: url } = settings;
    this.configured = keys;
    if (url === undefined) return;
    const onFailure = (error: unknown): void => log.warn('secret_scanning.keys_not_fetched', { error });
    this.published = new PublishedKeys({ fetch: () => guardedFetch(url), onFailure });
  }

  /** Whether there is anybody who could report. */
  hasAny(): boolean {
    return this.configured.length > 0 || this.published !== undefined;
  }

  /**
   * ECDSA over P-256 and SHA-256, of the body as it was sent.
   * @throws Problem `service_unavailable` while it cannot be told: a scanner that is refused does not come back
   */
  async hasSigned(body: Buffer, keyId: string, signature: string): Promise<boolean> {
    const key = this.configured.find(({ id }) => id === keyId) ?? (await this.published?.find(keyId));
    if (key === 'unknown')
      throw httpProblem('service_unavailable', 'The public keys of the scanner cannot be fetched right now.', {
        headers: { 'retry-after': '5' },
      });
    return key !== undefined && isSignature(createPublicKey(key.pem), body, Buffer.from(signature, 'base64'));
  }
}

function isSignature(key: KeyObject, body: Buffer, signature: Buffer): boolean {
  try {
    return verify('sha256', body, { key, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}
