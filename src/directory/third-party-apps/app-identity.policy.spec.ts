import { describe, expect, it } from 'vitest';
import { appIdentityOf } from './app-identity.policy.js';

describe('CON-1 what is sure about an app', () => {
  it.each([
    ['administrator', 'app_1', { kind: 'registered' }],
    ['metadata_document', 'https://agent.example:8443/client.json', { kind: 'address', host: 'agent.example:8443' }],
    // Letters of another alphabet are shown for what they are.
    ['metadata_document', 'https://clаude.ai/client.json', { kind: 'address', host: 'xn--clude-5ve.ai' }],
    ['metadata_document', 'no address', { kind: 'self_registered' }],
    ['dynamic', 'app_1', { kind: 'self_registered' }],
    ['dynamic', 'https://agent.example/', { kind: 'self_registered' }],
  ] as const)('%s %s', (registration, id, identity) => {
    expect(appIdentityOf(id, { registration })).toEqual(identity);
  });
});
