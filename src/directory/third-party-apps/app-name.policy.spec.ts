import { describe, expect, it } from 'vitest';
import { shownName } from './app-name.policy.js';

describe('attack 77: what a page shows of the name of an app', () => {
  it.each([
    ['Charts & Co', 'Charts & Co'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['Claude\u202Egpj.exe', 'Claudegpj.exe'],
    ['\u2066Claude\u2069\u200B\u200D', 'Claude'],
    ['Char\u0000ts\r\n\u2028Reviewed', 'Charts Reviewed'],
    ['  a \u3000\u00A0 b ', 'a b'],
    ['Z\u0316\u0317\u0318\u0319\u031Aalgo', 'Z\u0316\u0317algo'],
    ['\u202E\u200B ', 'An app without a name'],
    ['', 'An app without a name'],
    ['Größe 設計', 'Größe 設計'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['😀'.repeat(61), `${'😀'.repeat(59)}…`],
  ])('%j', (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });
});
