import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { TokenAnswer } from '@countersign/oauth';

const PURPOSE = 'countersign: answer to a refresh';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** An answer that may be repeated, and to which request alone. */
export interface KeptAnswer {
  readonly answer: TokenAnswer;
  /** Of what was asked and proven. */
  readonly fingerprint: string;
}

/**
 * The key comes from the token that was presented, of which we keep a digest only: what lies in the database is of no use to who
 * reads it there. AES-256-GCM, RFC 5869.
 */
export function sealAnswer(presented: string, familyId: string, kept: KeptAnswer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(presented), iv).setAAD(Buffer.from(familyId));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(kept), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** @throws where another token, family or hand has sealed it */
export function openAnswer(presented: string, familyId: string, sealed: Buffer): KeptAnswer {
  const [iv, tag, body] = [
    sealed.subarray(0, IV_BYTES),
    sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES),
    sealed.subarray(IV_BYTES + TAG_BYTES),
  ];
  const decipher = createDecipheriv('aes-256-gcm', keyOf(presented), iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(familyId))
    .setAuthTag(tag);
  return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')) as KeptAnswer;
}

function keyOf(presented: string): Buffer {
  return Buffer.from(hkdfSync('sha256', presented, '', PURPOSE, 32));
}
