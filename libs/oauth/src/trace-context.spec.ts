import { describe, expect, it } from 'vitest';
import { continueTrace, startTrace, traceHeaders } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const good = `00-${TRACE}-${PARENT}-01`;

describe('W3C Trace Context', () => {
  it('goes on with the trace of the caller, in a span of its own', () => {
    const trace = continueTrace({ traceparent: good, tracestate: 'congo=t61rcWkgMzE, rojo=00f067aa0ba902b7' });
    expect(trace).toEqual({
      traceId: TRACE,
      parentSpanId: PARENT,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      isSampled: true,
      traceState: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
    });
    expect(trace.spanId).not.toBe(PARENT);
    expect(traceHeaders(trace)).toEqual({ traceparent: `00-${TRACE}-${trace.spanId}-01`, tracestate: trace.traceState });
  });

  it.each([
    ['a flag that we do not know', `00-${TRACE}-${PARENT}-02`, false],
    ['a later version', `01-${TRACE}-${PARENT}-01`, true],
    ['a later version that says more', `cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`, true],
  ])('§3.2.2 takes %s', (_, traceparent, isSampled) => {
    expect(continueTrace({ traceparent })).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, isSampled });
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['more than version 00 has', `${good}-what-the-future-will-be-like`],
    ['a later version with something stuck to it', `cc-${TRACE}-${PARENT}-01.x`],
    ['capital letters', good.toUpperCase()],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace id', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['spaces', ` ${good}`],
    ['a line break', `${good}\n`],
    ['two headers', `${good}, ${good}`],
    ['two lines', [good, good]],
  ])('§4.3 starts anew at %s', (_, traceparent) => {
    const trace = continueTrace({ traceparent, tracestate: 'a=1' });
    expect(trace.traceId).not.toBe(TRACE);
    expect(trace).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      isSampled: false,
    });
  });

  it.each([
    ['none', '', undefined],
    ['several lines', ['a=1', 'b=2'], 'a=1,b=2'],
    ['empty members', 'a=1, ,b=2,', 'a=1,b=2'],
    ['a key of a tenant', 'fw529a3039@dt=FfD', 'fw529a3039@dt=FfD'],
    ['a key twice', 'a=1,a=2', undefined],
    ['a capital key', 'A=1', undefined],
    ['no value', 'a=', undefined],
    ['a control character', 'a=1\u0007', undefined],
    ['33 members', Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(), undefined],
    ['more than 512 characters', `a=${'x'.repeat(250)},b=${'x'.repeat(250)},c=${'x'.repeat(20)}`, undefined],
  ])('§3.3.1 tracestate with %s', (_, tracestate, expected) => {
    const trace = continueTrace({ traceparent: good, tracestate });
    expect([trace.traceId, trace.traceState]).toEqual([TRACE, expected]);
  });

  it('begins where there is none: not sampled, and never twice the same', () => {
    const [one, other] = [startTrace(), startTrace()];
    expect(one.traceId).not.toBe(other.traceId);
    expect(traceHeaders(one)).toEqual({ traceparent: `00-${one.traceId}-${one.spanId}-00` });
  });
});
