import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../platform/audit/index.js';
import { keyCredentialId } from '@countersign/oauth';
import { killsOf } from './directory-kills.policy.js';

const apiIdOf = (audience: string): string | undefined => ({ 'https://a': 'api_a', 'https://b': 'api_b' })[audience];
const event = (action: string, details: Record<string, unknown> = {}): AuditEvent => ({
  action,
  actor: { type: 'system' },
  target: { type: 'x', id: 'sp_1' },
  details,
});

describe('what a change of the directory kills', () => {
  it.each([
    ['service_principal.disabled', 'client'],
    ['service_principal.deleted', 'client'],
    ['service_principal.secret.deleted', 'credential'],
    ['service_principal.secret.retired', 'credential'],
    ['microservice.disabled', 'client'],
    ['microservice.deleted', 'client'],
    ['call_policy.deleted', 'grant'],
    ['org.suspended', 'org'],
    ['org.deleted', 'org'],
    ['app.suspended', 'client'],
    ['app.publisher_suspended', 'client'],
    ['app.deleted', 'client'],
    ['app.secret.deleted', 'credential'],
    ['app.secret.retired', 'credential'],
    ['consent.withdrawn', 'grant'],
    ['consent.narrowed', 'grant'],
    ['consent.suspended', 'grant'],
    ['authorization_code.reused', 'root'],
    ['refresh_token.reused', 'root'],
    ['refresh_token.revoked', 'root'],
  ])('%s kills by %s', (action, kind) => {
    expect(killsOf(event(action), apiIdOf)).toEqual([{ kind, value: 'sp_1' }]);
  });

  it('a consent that was narrowed before kills by its present handle', () => {
    for (const action of ['consent.withdrawn', 'consent.narrowed', 'consent.suspended'])
      expect(killsOf(event(action, { ended_grant: 'sp_1.2' }), apiIdOf)).toEqual([{ kind: 'grant', value: 'sp_1.2' }]);
  });

  it('a grant that loses a scope or goes away kills the tokens of that API only', () => {
    const before = {
      grants: [
        { audience: 'https://a', scopes: ['x', 'y'] },
        { audience: 'https://b', scopes: ['z'] },
      ],
    };
    expect(
      killsOf(
        event('service_principal.updated', {
          before,
          after: {
            grants: [
              { audience: 'https://a', scopes: ['x'] },
              { audience: 'https://b', scopes: ['z', 'w'] },
            ],
          },
        }),
        apiIdOf,
      ),
    ).toEqual([{ kind: 'grant', value: 'sp_1.api_a' }]);
    expect(killsOf(event('service_principal.updated', { before, after: { grants: [] } }), apiIdOf)).toHaveLength(2);
  });

  it('an app that may ask for less, or proves itself otherwise, loses all its tokens; one that may ask for more loses none', () => {
    const before = { grants: [{ audience: 'https://a', scopes: ['x', 'y'] }] };
    const after = (scopes: string[]): object => ({ grants: [{ audience: 'https://a', scopes }] });
    const killed = [{ kind: 'client', value: 'sp_1' }];
    expect(killsOf(event('app.updated', { before, after: after(['x']) }), apiIdOf)).toEqual(killed);
    expect(killsOf(event('app.updated', { before, after: { auth_method: 'private_key_jwt' } }), apiIdOf)).toEqual(killed);
    expect(killsOf(event('app.updated', { before, after: after(['x', 'y', 'z']) }), apiIdOf)).toEqual([]);
    expect(killsOf(event('app.updated', { removed_keys: ['t'] }), apiIdOf)).toEqual([
      { kind: 'credential', value: keyCredentialId('sp_1', 't') },
    ]);
  });

  it('a new name or a wider grant kills nothing', () => {
    const before = { name: 'a', grants: [{ audience: 'https://a', scopes: ['x'] }] };
    expect(
      killsOf(
        event('service_principal.updated', { before, after: { name: 'b', grants: [{ audience: 'https://a', scopes: ['x', 'y'] }] } }),
        apiIdOf,
      ),
    ).toEqual([]);
  });

  it('a call policy that allows less, or another organization than before, kills its tokens; one that allows more kills none', () => {
    const kill = [{ kind: 'grant', value: 'sp_1' }];
    const updated = (before: object, after: object): unknown => killsOf(event('call_policy.updated', { before, after }), apiIdOf);
    expect(updated({ scopes: ['a', 'b'] }, { scopes: ['b', 'c'] })).toEqual(kill);
    expect(updated({ org_mode: 'none' }, { org_mode: 'any' })).toEqual(kill);
    expect(updated({ scopes: ['a'] }, { scopes: ['a', 'b'] })).toEqual([]);
  });

  it('a removed key of a microservice kills the tokens got with it', () => {
    expect(killsOf(event('microservice.updated', { removed_keys: ['thumb'] }), apiIdOf)).toEqual([
      { kind: 'credential', value: keyCredentialId('sp_1', 'thumb') },
    ]);
  });

  it('a removed key kills the tokens got with it, another method all of them', () => {
    expect(killsOf(event('service_principal.updated', { before: {}, after: {}, removed_keys: ['thumb'] }), apiIdOf)).toEqual([
      { kind: 'credential', value: keyCredentialId('sp_1', 'thumb') },
    ]);
    expect(killsOf(event('service_principal.updated', { before: {}, after: { auth_method: 'private_key_jwt' } }), apiIdOf)).toEqual([
      { kind: 'client', value: 'sp_1' },
    ]);
  });

  it('a removed authority kills the tokens of this client that it vouched for, another name all of them, a new authority none', () => {
    const updated = (details: object): unknown =>
      killsOf(event('service_principal.updated', { before: {}, after: {}, ...details }), apiIdOf);
    expect(updated({ removed_anchors: ['thumb'] })).toEqual([{ kind: 'credential', value: keyCredentialId('sp_1', 'thumb') }]);
    expect(updated({ after: { tls_client_auth_san: { type: 'dns', value: 'x' } } })).toEqual([{ kind: 'client', value: 'sp_1' }]);
    expect(updated({ after: { tls_client_auth_ca: ['a', 'b'] }, removed_anchors: [] })).toEqual([]);
  });

  it('a key in the hands of two clients is two credentials', () => {
    expect(keyCredentialId('sp_1', 'thumb')).not.toBe(keyCredentialId('sp_2', 'thumb'));
  });
});
