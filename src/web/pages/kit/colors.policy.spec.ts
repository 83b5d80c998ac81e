import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandColors, contrastOf } from './colors.policy.js';

describe('brandColors', () => {
  it('keeps a colour that can be read already', () => {
    expect(brandColors('#3b4cca')).toMatchObject({ fill: '#3b4cca', onFill: '#ffffff', textLight: '#3b4cca' });
  });

  it('writes in dark ink on a bright colour', () => {
    expect(brandColors('#ffd400')).toMatchObject({ fill: '#ffd400', onFill: '#10121b' });
  });

  it('WCAG 1.4.3: whatever the colour is, everything written in it or on it can be read', () => {
    const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(hex, (color) => {
        const { fill, fillHover, onFill, textLight, textDark } = brandColors(color);
        const pairs = [
          contrastOf(onFill, fill),
          contrastOf(onFill, fillHover),
          contrastOf(textLight, '#ffffff'),
          contrastOf(textDark, '#181a22'),
        ];
        return pairs.every((contrast) => contrast >= 4.5);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
