import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Log, clean, type LogFields } from './log.js';

function written(write: (log: Log) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(new Log(pino({ level: 'trace', base: null, timestamp: false }, { write: (line: string) => void lines.push(line) })));
  for (const line of lines) expect(line.trimEnd()).not.toContain('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('takes only the fields that it knows, so that no secret can appear', () => {
    const fields = {
      client_id: 'sp_1',
      client_secret: 'canary',
      authorization: 'Basic canary',
      token: 'canary',
      details: { canary: 1 },
      password: 'canary',
    } as unknown as LogFields;
    const [line] = written((log) => log.info('request', fields));
    expect(line).toEqual({ level: 30, client_id: 'sp_1', msg: 'request' });
  });

  it('AUD-6: line breaks, escape sequences and control characters become spaces', () => {
    const [line] = written((log) => log.info('request', { route: '/a\r\n{"level":60,"msg":"forged"}\u001b[2J\u2028\u0000' }));
    expect(line?.['route']).toBe('/a  {"level":60,"msg":"forged"} [2J  ');
  });

  it('cuts long texts', () => {
    expect(clean('x'.repeat(5_000))).toBe(`${'x'.repeat(300)}…`);
  });

  it('of an error writes class, code, first line and place, never the rest', () => {
    const error = Object.assign(new TypeError('first\nsecond canary'), {
      code: 'E_X',
      config: { password: 'canary' },
      cause: new Error('canary'),
    });
    const [line] = written((log) => log.error('request.failed', { error }));
    expect(line?.['error']).toMatchObject({
      type: 'TypeError',
      code: 'E_X',
      message: 'first',
      at: expect.stringContaining('log.spec') as string,
    });
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  it('of an error of the database writes no message, because it can quote values', () => {
    class DatabaseError extends Error {}
    const direct = Object.assign(new DatabaseError('duplicate key (canary)'), { code: '23505', detail: 'Key (secret)=(canary)' });
    const byTypeorm = Object.assign(new Error('INSERT canary'), { driverError: direct, query: 'canary', parameters: ['canary'] });
    const lines = written((log) => [direct, byTypeorm].forEach((error) => log.warn('x', { error })));
    for (const line of lines) {
      expect(line['error']).toMatchObject({ code: '23505' });
      expect(JSON.stringify(line)).not.toContain('canary');
    }
  });

  it('of a thrown thing that is no error writes its type only', () => {
    expect(written((log) => log.error('x', { error: 'canary' }))[0]?.['error']).toEqual({ type: 'string' });
  });

  it('keeps Nest’s own lines out of production’s level, and in one line each', () => {
    const lines = written((log) => log.log('Mapped\nroute', 'RoutesResolver'));
    expect(lines).toEqual([{ level: 20, context: 'RoutesResolver', msg: 'Mapped route' }]);
  });
});
