import type { SigningChoice } from '@countersign/testing';

/** Somebody who signs hostile tokens with a key that the API under test trusts. */
export interface Forge {
  /** For the report: whose keys they are. */
  readonly name: string;
  /** A compact JWS of exactly this header and payload. @throws SetupError */
  sign(header: string, payload: string, choice?: SigningChoice): Promise<string>;
}
