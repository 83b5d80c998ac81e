import type { Zone } from '@countersign/oauth';

/** What one module contributes to the discovery documents; it reads the registry of what works, so metadata cannot drift. */
export interface MetadataPart {
  readonly name: string;
  metadata(zone: Zone): Readonly<Record<string, unknown>>;
}
