import { describe, expect, it } from 'vitest';
import { isServiceName } from './service-name.js';

describe('the name of a service', () => {
  it.each([
    ['billing', true],
    ['event-processing', true],
    ['Billing', false],
    ['billing-', false],
    ['https://x', false],
    ['', false],
  ])('%j: %s', (text, ok) => {
    expect(isServiceName(text)).toBe(ok);
  });
});
