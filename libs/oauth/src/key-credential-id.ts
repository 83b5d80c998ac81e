import { createHash } from 'node:crypto';

/**
 * The credential id of a public key or certificate in the hands of one client. Not the thumbprint itself: whoever registered the public
 * key of somebody else and took it back would revoke tokens that are not theirs.
 */
export function keyCredentialId(clientId: string, thumbprint: string): string {
  return createHash('sha256').update(`${clientId} ${thumbprint}`).digest('base64url');
}
