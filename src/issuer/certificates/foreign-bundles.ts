import { readFileSync, statSync } from 'node:fs';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Configuration, type TrustBundleFile } from '../../platform/config/index.js';
import { Log } from '../../platform/logging/index.js';
import { InvalidBundle, readBundle } from './bundle-document.js';
import type { TrustBundle } from './svid.policy.js';

const LOOK_MS = 10_000;

interface KeptBundle {
  readonly bundle: TrustBundle;
  readonly sequence: number | undefined;
  /** Of the file, to see a change. */
  readonly version: string;
}

/** Trust bundles of other domains, such as a SPIRE server, from files that the operator names and something else keeps up to date. */
@Injectable()
export class ForeignBundles implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly files: readonly TrustBundleFile[];
  private readonly kept = new Map<string, KeptBundle>();
  private list: readonly TrustBundle[];
  private timer: NodeJS.Timeout | undefined;

  /** @throws Error when a file cannot be used: better no start than one that refuses a whole trust domain. */
  constructor(
    { settings }: Configuration,
    private readonly log: Log,
  ) {
    this.files = settings.TRUST_BUNDLES;
    for (const file of this.files) this.kept.set(file.trustDomain, load(file, undefined));
    this.list = [...this.kept.values()].map(({ bundle }) => bundle);
  }

  /** The same array until something changes. */
  all(): readonly TrustBundle[] {
    return this.list;
  }

  onApplicationBootstrap(): void {
    if (this.files.length > 0) this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** A file that went bad changes nothing: the bundle that was good stays. */
  private look(): void {
    for (const file of this.files) {
      try {
        const before = this.kept.get(file.trustDomain);
        if (before?.version === versionOf(file.path)) continue;
        this.kept.set(file.trustDomain, load(file, before?.sequence));
        this.list = [...this.kept.values()].map(({ bundle }) => bundle);
        this.log.info('trust_bundle.changed', { trust_domain: file.trustDomain });
      } catch (error) {
        this.log.warn('trust_bundle.unusable', { trust_domain: file.trustDomain, error });
      }
    }
  }
}

function load({ trustDomain, path }: TrustBundleFile, known: number | undefined): KeptBundle {
  try {
    const version = versionOf(path);
    const { authorities, sequence } = readBundle(readFileSync(path, 'utf8'));
    // SPF-4: a lower sequence is an older bundle, perhaps with an authority that was taken back.
    if (known !== undefined && (sequence === undefined || sequence < known)) throw new InvalidBundle('Its spiffe_sequence goes backwards.');
    return { bundle: { trustDomain, authorities }, sequence, version };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The trust bundle of ${trustDomain}, ${path}, cannot be used. ${reason}`, { cause });
  }
}

function versionOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}
