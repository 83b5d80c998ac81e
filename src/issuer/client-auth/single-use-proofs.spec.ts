import { describe, expect, it } from 'vitest';
import { AlreadyUsed } from '../../platform/audit/index.js';
import { unlessReplayed } from './single-use-proofs.js';

const singleUse = { owner: 'the client', value: 'x', expiresAt: new Date() };
const replay = (): Promise<never> => Promise.reject(new AlreadyUsed(singleUse.owner));

describe('PKJ-8 a proof that was used before', () => {
  // Seen to fail when every replay is called that of a private_key_jwt.
  it.each(['private_key_jwt', 'federated_jwt'])('invalid_client, and the log names the method: %s', async (via) => {
    const refused = unlessReplayed({ credentialId: 'x', via, singleUse }, replay);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_client', detail: `${via}_replayed` });
  });

  it('invalid_grant where the proof is the grant', async () => {
    const refused = unlessReplayed({ credentialId: 'x', via: 'jwt_bearer', isGrant: true, singleUse }, replay);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_grant', detail: 'jwt_bearer_replayed' });
  });

  it('what somebody else has used up is for who knows them', async () => {
    const other = new AlreadyUsed('dpop of a key');
    await expect(unlessReplayed({ credentialId: 'x', via: 'private_key_jwt', singleUse }, () => Promise.reject(other))).rejects.toBe(other);
  });

  it('what else goes wrong stays what it is', async () => {
    const outage = new Error('The database is away.');
    await expect(unlessReplayed({ credentialId: 'x', via: 'private_key_jwt' }, () => Promise.reject(outage))).rejects.toBe(outage);
  });
});
