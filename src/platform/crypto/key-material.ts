import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZONES, type Zone } from '@countersign/oauth';
import { servesZone, type Settings, type VersionedKey } from '../config/index.js';

/** Keys that encrypt keys, by zone, and the peppers. A process holds only those of the zones it serves. */
export interface KeyMaterial {
  readonly keyEncryptionKeys: Partial<Record<Zone, readonly VersionedKey[]>>;
  readonly peppers: readonly VersionedKey[];
}

/** From the configuration; outside production, what is missing is made once in the data folder. */
export function loadKeyMaterial(settings: Settings): KeyMaterial {
  const generated = settings.NODE_ENV === 'production' ? undefined : new GeneratedKeys(settings.DATA_DIR);
  const pick = (configured: { reveal(): readonly VersionedKey[] } | undefined, name: string): readonly VersionedKey[] => {
    const keys = configured?.reveal() ?? generated?.load(name);
    if (!keys) throw new Error(`${name} is not configured.`);
    return keys;
  };
  const zones = ZONES.filter((zone) => servesZone(settings, zone));
  const configured = { external: settings.KEY_ENCRYPTION_KEYS_EXTERNAL, internal: settings.KEY_ENCRYPTION_KEYS_INTERNAL };
  const keyEncryptionKeys = Object.fromEntries(zones.map((zone) => [zone, pick(configured[zone], `key-encryption-key-${zone}`)]));
  return { keyEncryptionKeys, peppers: pick(settings.SECRET_PEPPERS, 'secret-pepper') };
}

class GeneratedKeys {
  constructor(private readonly dataDir: string) {}

  load(name: string): readonly VersionedKey[] {
    const path = join(this.dataDir, `${name}.key`);
    if (!existsSync(path)) {
      mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
    }
    return [{ version: 'v1', bytes: Buffer.from(readFileSync(path, 'utf8'), 'base64') }];
  }
}
