import { describe, expect, it } from 'vitest';
import type { Caller } from '@countersign/guards';
import { actOf } from './administrator.js';

const caller = (fields: Partial<Caller>): Caller => ({
  principalType: 'service_principal',
  subject: 'sp_1',
  clientId: 'sp_1',
  scopes: new Set(),
  credentialId: 'sec_1',
  ...fields,
});

describe('who an audit event says has changed something', () => {
  it.each<[string, Partial<Caller>, object]>([
    ['a program for itself', {}, { type: 'service_principal', id: 'sp_1' }],
    ['a person through an app', { principalType: 'app', clientId: 'app_1', subject: 'usr_1' }, { type: 'user', id: 'usr_1' }],
    [
      'an agent, for a person',
      { principalType: 'agent', clientId: 'app_1', subject: 'usr_1' },
      { type: 'agent', id: 'app_1', beside: { user_id: 'usr_1' } },
    ],
  ])('%s', (_, fields, actor) => {
    expect(actOf(caller(fields), {}).actor).toEqual(actor);
  });
});
