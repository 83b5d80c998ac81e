import { describe, expect, it } from 'vitest';
import { isDatabaseUnavailable, sqlState } from './database-unavailable.js';

const error = (code: string | undefined, message = 'x'): Error => Object.assign(new Error(message), code && { code });
const wrapped = (code: string): Error => Object.assign(new Error('QueryFailedError'), { driverError: error(code) });

describe('isDatabaseUnavailable', () => {
  it.each([
    ['a refused connection', 'ECONNREFUSED'],
    ['a reset connection', 'ECONNRESET'],
    ['a broken pipe', 'EPIPE'],
    ['a host that does not answer', 'ETIMEDOUT'],
    ['an unknown host', 'ENOTFOUND'],
    ['connection failure', '08006'],
    ['too many connections', '53300'],
    ['a full disk', '53100'],
    ['no memory', '53200'],
    ['a shutdown', '57P01'],
    ['a crash', '57P02'],
    ['a start-up', '57P03'],
    ['an I/O error', '58030'],
    ['a standby', '25006'],
    ['a statement timeout', '57014'],
    ['a lock timeout', '55P03'],
    ['a deadlock', '40P01'],
    ['a serialization failure', '40001'],
    ['a database closed to connections', '55000'],
  ])('is true for %s, also where TypeORM has wrapped it', (_, code) => {
    expect(isDatabaseUnavailable(error(code))).toBe(true);
    expect(isDatabaseUnavailable(wrapped(code))).toBe(true);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
  ])('is true for the pool’s "%s", which has no code', (message) => {
    expect(isDatabaseUnavailable(error(undefined, message))).toBe(true);
  });

  it('is true when one of several addresses failed so', () => {
    expect(isDatabaseUnavailable(new AggregateError([error('EINVAL'), error('ECONNREFUSED')]))).toBe(true);
  });

  it.each([
    ['a unique violation', '23505'],
    ['a foreign key', '23503'],
    ['a missing table', '42P01'],
    ['a missing right', '42501'],
    ['a syntax error', '42601'],
    ['an encoding', '22P05'],
    ['a division by zero', '22012'],
  ])('is false for %s, which is ours to mend', (_, code) => {
    expect(isDatabaseUnavailable(error(code))).toBe(false);
    expect(isDatabaseUnavailable(wrapped(code))).toBe(false);
  });

  it('is false for what is no error of the database', () => {
    for (const thrown of [undefined, null, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new TypeError('x is not a function')])
      expect(isDatabaseUnavailable(thrown)).toBe(false);
  });

  it('sqlState reads the code of an error and of a wrapped one', () => {
    expect([
      sqlState(error('23505')),
      sqlState(wrapped('23505')),
      sqlState(error(undefined)),
      sqlState(Object.assign(new Error('x'), { code: 5 })),
    ]).toEqual(['23505', '23505', undefined, undefined]);
  });
});
