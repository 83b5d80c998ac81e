import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Configuration, readScannerKeys, type ScannerKey } from '../../../platform/config/index.js';
import { Log } from '../../../platform/logging/index.js';
import { guardedFetch } from '../../../platform/outbound/index.js';

/** An unknown name may be that of a new key; who invents names makes one fetch a minute. */
const REFETCH_MS = 60_000;

/** The public keys of secret scanners: from the configuration, and from where the scanner publishes them. */
@Injectable()
export class ScannerKeys {
  private readonly configured: readonly ScannerKey[];
  private readonly url: string | undefined;
  private published: readonly ScannerKey[] = [];
  private fetchedAt = -Infinity;
  private fetching: Promise<void> | undefined;

  constructor(
    { settings }: Configuration,
    private readonly log: Log,
  ) {
    this.configured = settings.SECRET_SCANNING_KEYS ?? [];
    this.url = settings.SECRET_SCANNING_KEYS_URL;
  }

  /** Whether there is anybody who could report. */
  hasAny(): boolean {
    return this.configured.length > 0 || this.url !== undefined;
  }

  /** ECDSA over P-256 and SHA-256, of the body as it was sent. */
  async hasSigned(body: Buffer, keyId: string, signature: string): Promise<boolean> {
    const key = this.find(keyId) ?? (await this.fetchFor(keyId));
    return key !== undefined && isSignature(key, body, Buffer.from(signature, 'base64'));
  }

  private find(keyId: string): KeyObject | undefined {
    const found = [...this.configured, ...this.published].find(({ id }) => id === keyId);
    return found && createPublicKey(found.pem);
  }

  private async fetchFor(keyId: string): Promise<KeyObject | undefined> {
    if (this.url === undefined) return undefined;
    if (Date.now() - this.fetchedAt > REFETCH_MS) await (this.fetching ??= this.fetch(this.url).finally(() => (this.fetching = undefined)));
    return this.find(keyId);
  }

  private async fetch(url: string): Promise<void> {
    this.fetchedAt = Date.now();
    try {
      this.published = readScannerKeys(await (await guardedFetch(url)).text());
    } catch (error) {
      // The last good ones go on; the scanner tries again.
      this.log.warn('secret_scanning.keys_not_fetched', { error });
    }
  }
}

function isSignature(key: KeyObject, body: Buffer, signature: Buffer): boolean {
  try {
    return verify('sha256', body, { key, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}
