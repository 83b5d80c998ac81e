import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit-event.js';
import { AUDIT_COLUMNS, auditRow } from './audit-row.js';

function row(event: Partial<AuditEvent>): Record<string, string | null> {
  const values = auditRow({ action: 'token.issued', actor: { type: 'service_principal' }, ...event }, new Date('2026-11-22T08:00:00Z'));
  expect(values).toHaveLength(AUDIT_COLUMNS.length);
  return Object.fromEntries(AUDIT_COLUMNS.map((column, i) => [column, values[i] ?? null]));
}

// eslint-disable-next-line no-control-regex -- they are what must be gone
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/;

describe('an audit row', () => {
  it('holds an event in the order of the columns', () => {
    expect(
      row({
        actor: { type: 'user', id: 'usr_1', name: 'Ada' },
        orgId: 'org_1',
        target: { type: 'token', id: 'jti', name: 'T' },
        result: 'failure',
        reasonCode: 'invalid_scope',
        origin: { requestId: 'r', ip: '::1', userAgent: 'curl' },
        details: { scope: 'a b' },
      }),
    ).toEqual({
      id: expect.stringMatching(/^evt_[0-7][0-9a-hjkmnp-tv-z]{25}$/) as string,
      time: '2026-11-22T08:00:00.000Z',
      org_id: 'org_1',
      actor_type: 'user',
      actor_id: 'usr_1',
      actor_name: 'Ada',
      action: 'token.issued',
      target_type: 'token',
      target_id: 'jti',
      target_name: 'T',
      result: 'failure',
      reason_code: 'invalid_scope',
      trace_id: null,
      request_id: 'r',
      ip: '::1',
      user_agent: 'curl',
      details: '{"scope":"a b"}',
    });
  });

  it('without the optional parts has nulls, success and empty details', () => {
    expect(row({})).toMatchObject({
      org_id: null,
      actor_id: null,
      target_id: null,
      result: 'success',
      reason_code: null,
      user_agent: null,
      details: '{}',
    });
  });

  it.each([
    ['a NUL, which PostgreSQL refuses', 'a\u0000b', 'ab'],
    ['line breaks, which would forge log lines', 'a\r\nb\u2028c', 'abc'],
    ['escape sequences of a terminal', '\u001b[31mred\u009b', '[31mred'],
    ['marks that turn the reading direction', 'a\u202ebc\u2066', 'abc'],
    ['half of a surrogate pair, in front', '\udc00a', 'a'],
    ['half of a surrogate pair, behind', 'a\ud800', 'a'],
  ])('has no %s', (_, name, stored) => {
    const stripped = row({ actor: { type: 'user', name }, origin: { userAgent: name }, details: { name, list: [name], deep: { name } } });
    expect([stripped['actor_name'], stripped['user_agent']]).toEqual([stored, stored]);
    const details = JSON.stringify(JSON.parse(stripped['details']!));
    // The rest of JSON's own escapes are harmless to jsonb.
    expect(details).not.toMatch(/\\u0000|\\ud[89a-f]/i);
  });

  it('keeps names of any script, and whole surrogate pairs', () => {
    for (const name of ['Zoë', '東京', 'שלום', '👩‍🚀 🇨🇭']) expect(row({ actor: { type: 'user', name } })['actor_name']).toBe(name);
  });

  it('cuts a long text, and not through a surrogate pair', () => {
    expect(row({ origin: { userAgent: 'x'.repeat(9_000) } })['user_agent']).toBe('x'.repeat(256));
    const cut = row({ origin: { userAgent: `${'x'.repeat(255)}👩` } })['user_agent']!;
    expect(cut).toBe('x'.repeat(255));
  });

  it('gives up details that are too long, rather than the row', () => {
    expect(row({ details: { scope: 'x'.repeat(9_000) } })['details']).toBe('{"truncated":true}');
  });

  it('is safe whatever text came in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const stored = row({
          actor: { type: 'user', id: text, name: text },
          target: { type: 'token', id: text },
          orgId: text,
          reasonCode: text,
          origin: { requestId: text, ip: text, userAgent: text },
          details: { text, [text]: text },
        });
        for (const [column, value] of Object.entries(stored)) {
          expect(value ?? '').not.toMatch(/\p{Cs}/u);
          if (column !== 'details') expect(value ?? '').not.toMatch(UNSAFE);
        }
        const details = stored['details']!;
        expect(details.length).toBeLessThanOrEqual(8_192);
        expect(details).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F]))/);
        expect(() => JSON.parse(details) as unknown).not.toThrow();
      }),
    );
  });
});
